import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { VerifiedCustomer } from '../../protocol/customer.ts';
import type { NewSession } from '../../protocol/session.ts';
import { type Customer, newSecret } from './customers.ts';
import type { Database, Tx } from './database.ts';

/** Who somebody is by their site's word; `sub` is the site's own id of them. */
export interface Person extends VerifiedCustomer {
  readonly sub: string;
}

export interface Attached extends NewSession {
  /** The anonymous customer whose token has ended by it; null: the tokens that there were go on. */
  readonly ended: string | null;
  /** Whether the device goes on without anything of the customer that it was. */
  readonly isOther: boolean;
}

/**
 * Devices that one customer uses at a time, at most: a page that forgets its session would make a new one each visit.
 * Those that came by links from e-mails count apart: a mailbox's reader must not push the customer out.
 */
const mostSessions = 50;

/** Ties customers to the persons for whom their site vouches: one person of a site is one customer, on every device. */
export function createIdentities(db: Database) {
  return {
    /** A session on a device on which nobody is known yet. */
    signIn: (siteId: string, person: Person): Promise<NewSession> =>
      db.transaction().execute(async (tx) => {
        await lockPerson(tx, siteId, person);
        return newSessionOf(tx, siteId, person);
      }),

    /**
     * A customer of this device is that person from now on. What an anonymous customer has said goes along, and their
     * token ends: who planted it in this browser must not be that person as well. A customer who is another person
     * already stays that one, and so does what a link from an e-mail leads to: the device goes on as the new person,
     * without anything of the old one.
     */
    attach: (customer: Customer, token: string, person: Person): Promise<Attached> =>
      db.transaction().execute(async (tx) => {
        const { siteId } = customer;
        await lockPerson(tx, siteId, person);
        const own = await tx
          .selectFrom('customers')
          .select(['id', 'external_id'])
          .where('id', '=', customer.id)
          .forUpdate()
          .executeTakeFirst();
        const isAnother = own !== undefined && own.external_id !== null && own.external_id !== person.sub;
        if (own === undefined || customer.only !== undefined || isAnother) {
          return { ...(await newSessionOf(tx, siteId, person)), ended: null, isOther: true };
        }
        if (own.external_id === person.sub) {
          await saveAs(tx, own.id, person);
          return { customerId: own.id, token, ended: null, isOther: false };
        }
        const known = await idOf(tx, siteId, person);
        if (known === null) {
          const { hash: secret_hash, tokenOf } = newSecret();
          await tx.updateTable('customers').set({ secret_hash }).where('id', '=', own.id).execute();
          await saveAs(tx, own.id, person);
          return { customerId: own.id, token: tokenOf(own.id), ended: own.id, isOther: false };
        }
        await moveAll(tx, own.id, known);
        await tx.deleteFrom('customers').where('id', '=', own.id).execute();
        return { ...(await newSessionOf(tx, siteId, person)), ended: own.id, isOther: false };
      }),

    /** A session that reaches one conversation of a customer and nothing else. */
    async forConversation(
      customerId: string,
      conversationId: string,
      expiresAt: number,
    ): Promise<NewSession> {
      const id = randomUUID();
      const { hash, tokenOf } = newSecret();
      await addSession(db, {
        id,
        customer_id: customerId,
        secret_hash: hash,
        only_conversation: conversationId,
        created_at: Date.now(),
        expires_at: expiresAt,
      });
      return { customerId, token: tokenOf(id) };
    },

    /**
     * Ends what links gave to readers of another mailbox, now that the customer has left this address.
     * @param seq of the fact that says so
     * @returns whether there was another address before
     */
    async endLinksOfOthers(conversationId: string, email: string, seq: number): Promise<boolean> {
      const before = await db
        .selectFrom('facts')
        .select(sql<string>`body->>'email'`.as('email'))
        .where('conversation_id', '=', conversationId)
        .where('type', '=', 'followup.asked')
        .where('seq', '<', seq)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (before === undefined || before.email === email) return false;
      await db.deleteFrom('customer_sessions').where('only_conversation', '=', conversationId).execute();
      return true;
    },
  };
}

export type Identities = ReturnType<typeof createIdentities>;

/** One at a time for each person: two devices that sign in at once must not become two customers. */
const lockPerson = (tx: Tx, siteId: string, { sub }: Person) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`customer ${siteId} ${sub}`}, 0))`.execute(tx);

async function idOf(tx: Tx, siteId: string, { sub }: Person): Promise<string | null> {
  const row = await tx
    .selectFrom('customers')
    .select('id')
    .where('site_id', '=', siteId)
    .where('external_id', '=', sub)
    .executeTakeFirst();
  return row?.id ?? null;
}

async function newSessionOf(tx: Tx, siteId: string, person: Person): Promise<NewSession> {
  const known = await idOf(tx, siteId, person);
  const id = randomUUID();
  const { hash: secret_hash, tokenOf } = newSecret();
  const created_at = Date.now();
  if (known === null)
    await tx.insertInto('customers').values({ id, site_id: siteId, secret_hash, created_at }).execute();
  else
    await addSession(tx, {
      id,
      customer_id: known,
      secret_hash,
      only_conversation: null,
      created_at,
      expires_at: null,
    });
  const customerId = known ?? id;
  await saveAs(tx, customerId, person);
  return { customerId, token: tokenOf(id) };
}

async function saveAs(tx: Tx, id: string, { sub, name, email, traits }: Person): Promise<void> {
  const values = { name: name ?? null, email: email ?? null, traits: JSON.stringify(traits) };
  await tx
    .updateTable('customers')
    .set({ ...values, external_id: sub, verified_at: Date.now() })
    .where('id', '=', id)
    .execute();
}

/** Everything of the one customer is the other's: conversations, the commands (D1) and files in them, other sessions. */
async function moveAll(tx: Tx, from: string, to: string): Promise<void> {
  const moved = await tx
    .updateTable('conversations')
    .set({ customer_id: to })
    .where('customer_id', '=', from)
    .returning('id')
    .execute();
  const ids = moved.map(({ id }) => id);
  await tx
    .updateTable('commands')
    .set({ sender_id: to })
    .where('conversation_id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('sender_id', '=', from)
    .execute();
  // What is uploaded already is still to be sent.
  await tx
    .updateTable('files')
    .set({ sender_id: to })
    .where('conversation_id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('sender_id', '=', from)
    .execute();
  await tx
    .updateTable('customer_sessions')
    .set({ customer_id: to })
    .where('customer_id', '=', from)
    .execute();
}

async function addSession(
  db: Database | Tx,
  session: {
    readonly id: string;
    readonly customer_id: string;
    readonly secret_hash: Buffer;
    readonly only_conversation: string | null;
    readonly created_at: number;
    readonly expires_at: number | null;
  },
): Promise<void> {
  const { id, customer_id, only_conversation } = session;
  await db.insertInto('customer_sessions').values(session).execute();
  // Never the new one, however the clocks of two servers differ: it would be handed out dead.
  await sql`delete from customer_sessions where customer_id = ${customer_id} and id <> ${id} and (
    expires_at < ${Date.now()} or id in (
      select id from customer_sessions
      where customer_id = ${customer_id} and id <> ${id}
        and (only_conversation is null) = ${only_conversation === null}
      order by created_at desc, id offset ${mostSessions - 1}))`.execute(db);
}
