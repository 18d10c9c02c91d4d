import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { uuidPattern } from '../../protocol/ids.ts';
import type { NewSession } from '../../protocol/session.ts';
import type { Database } from './database.ts';
import { gather } from './gather.ts';

export interface Customer {
  readonly id: string;
  readonly siteId: string;
}

/** Anything else would make PostgreSQL fail instead of finding nobody. */
const isUuid = new RegExp(uuidPattern);
const hash = (secret: string) => createHash('sha256').update(secret).digest();

/** Anonymous customers: a random 256-bit secret that only the browser keeps. */
export function createCustomers(db: Database) {
  const byId = gather(async (ids: readonly string[]) => {
    const rows = await db
      .selectFrom('customers')
      .select(['id', 'site_id', 'secret_hash'])
      .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
      .execute();
    return new Map(rows.map((row) => [row.id, row]));
  });
  return {
    /** @returns the token `<customer id>.<secret>`, which cannot be read back from the store. */
    async create(siteId: string): Promise<NewSession> {
      const customerId = randomUUID();
      const secret = randomBytes(32).toString('base64url');
      const row = { id: customerId, site_id: siteId, secret_hash: hash(secret), created_at: Date.now() };
      await db.insertInto('customers').values(row).execute();
      return { customerId, token: `${customerId}.${secret}` };
    },

    /** The customer whom the token proves, or null. Compared in constant time. */
    async byToken(token: string): Promise<Customer | null> {
      const [id, secret] = token.split('.', 2);
      if (id === undefined || secret === undefined || !isUuid.test(id)) return null;
      const row = await byId(id);
      if (row === null || !timingSafeEqual(row.secret_hash, hash(secret))) return null;
      return { id: row.id, siteId: row.site_id };
    },
  };
}

export type Customers = ReturnType<typeof createCustomers>;
