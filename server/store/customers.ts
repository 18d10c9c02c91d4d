import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { VerifiedCustomer } from '../../protocol/customer.ts';
import { uuidPattern } from '../../protocol/ids.ts';
import type { NewSession } from '../../protocol/session.ts';
import type { Database } from './database.ts';
import { gather } from './gather.ts';

export interface Customer {
  readonly id: string;
  readonly siteId: string;
  /** Of a link's session: it reaches this conversation and nothing else of the customer's. */
  readonly only?: string;
}

/** Whether this session goes as far as this conversation. Whose it is, is another question. */
export const reaches = ({ only }: Customer, conversationId: string): boolean =>
  only === undefined || only === conversationId;

interface SessionRow {
  readonly id: string;
  readonly customer_id: string;
  readonly site_id: string;
  readonly secret_hash: Buffer;
  readonly only_conversation: string | null;
}

/** Anything else would make PostgreSQL fail instead of finding nobody. */
const isUuid = new RegExp(uuidPattern);
const hash = (secret: string) => createHash('sha256').update(secret).digest();

/** A random 256-bit secret that only the browser keeps; the store has no more than its hash. */
export function newSecret() {
  const secret = randomBytes(32).toString('base64url');
  return { hash: hash(secret), tokenOf: (sessionId: string) => `${sessionId}.${secret}` };
}

/** Customers and their sessions. The first session of a customer has the customer's own id. */
export function createCustomers(db: Database) {
  const sessionById = gather(async (ids: readonly string[]) => {
    const wanted = sql`any(${[...ids]}::uuid[])`;
    const { rows } = await sql<SessionRow>`
      select id, id as customer_id, site_id, secret_hash, null as only_conversation
      from customers where id = ${wanted}
      union all
      select session.id, customer_id, site_id, session.secret_hash, only_conversation
      from customer_sessions session join customers on customers.id = customer_id
      where session.id = ${wanted} and (expires_at is null or expires_at > ${Date.now()})`.execute(db);
    return new Map(rows.map((row) => [row.id, row]));
  });
  return {
    /** A new anonymous customer. @returns the token `<session id>.<secret>`, which cannot be read back from the store */
    async create(siteId: string): Promise<NewSession> {
      const customerId = randomUUID();
      const { hash: secret_hash, tokenOf } = newSecret();
      const row = { id: customerId, site_id: siteId, secret_hash, created_at: Date.now() };
      await db.insertInto('customers').values(row).execute();
      return { customerId, token: tokenOf(customerId) };
    },

    /** The customer whom the token proves, or null. Compared in constant time. */
    async byToken(token: string): Promise<Customer | null> {
      const [id, secret] = token.split('.', 2);
      if (id === undefined || secret === undefined || !isUuid.test(id)) return null;
      const row = await sessionById(id);
      if (row === null || !timingSafeEqual(row.secret_hash, hash(secret))) return null;
      const customer = { id: row.customer_id, siteId: row.site_id };
      return row.only_conversation === null ? customer : { ...customer, only: row.only_conversation };
    },

    /** The customers of these conversations for whom their site has vouched, by conversation. */
    async verifiedIn(conversationIds: readonly string[]): Promise<ReadonlyMap<string, VerifiedCustomer>> {
      if (conversationIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('conversations')
        .innerJoin('customers', 'customers.id', 'conversations.customer_id')
        .select(['conversations.id', 'name', 'email', 'traits'])
        .where('conversations.id', '=', sql<string>`any(${[...conversationIds]}::uuid[])`)
        .where('verified_at', 'is not', null)
        .execute();
      return new Map(rows.map(({ id, ...row }) => [id, toVerified(row)]));
    },
  };
}

export type Customers = ReturnType<typeof createCustomers>;

/** What is not known is left out. */
export const toVerified = ({
  name,
  email,
  traits,
}: Omit<VerifiedColumns, 'verified_at'>): VerifiedCustomer => ({
  ...(name === null ? {} : { name }),
  ...(email === null ? {} : { email }),
  traits,
});

export interface VerifiedColumns {
  readonly name: string | null;
  readonly email: string | null;
  readonly traits: VerifiedCustomer['traits'];
  readonly verified_at: number | null;
}
