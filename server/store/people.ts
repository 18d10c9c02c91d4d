import { sql } from 'kysely';
import type { Role } from '../../protocol/agent.ts';
import type { Person, PersonSeat } from '../../protocol/people.ts';
import { presenceOf, type Signs } from '../domain/presence.ts';
import type { Agent } from './agents.ts';
import { type Actor, addEntries } from './audit-log.ts';
import type { Database, Tx } from './database.ts';
import { seatDetail, setSeat } from './routing.ts';

/** One of the people, with all of their sites. */
export interface StoredPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly siteIds: readonly string[];
  readonly seat: PersonSeat;
  readonly presence: Person['presence'];
  readonly hasTwoFactor: boolean;
}

/** `siteIds`: whose desks change by it. */
export type Changed =
  | { readonly siteIds: readonly string[] }
  | { readonly refused: 'not_found' | 'not_only_yours' | 'last_admin' };

/** The people of the company as an admin manages them. What concerns a site is changed by admins of that site alone. */
export function createPeople(db: Database) {
  return {
    /** Everybody of these sites, by name. */
    async ofSites(siteIds: readonly string[], now: number): Promise<StoredPerson[]> {
      const { rows } = await sql<Omit<StoredPerson, 'presence' | 'seat'> & PersonSeat & Signs>`
        select agents.id, name, email, role, "twoFactorEnabled" as "hasTwoFactor",
          array_agg(site_id::text order by site_id) as "siteIds",
          capacity, teams, languages,
          availability, seen_at as "seenAt", phone_until as "phoneUntil"
        from agents
        join auth_user on auth_user.id = agents.id
        join agent_sites on agent_id = agents.id
        group by agents.id, auth_user.id
        having array_agg(site_id) && ${[...siteIds]}::uuid[]
        order by lower(name), agents.id`.execute(db);
      return rows.map(({ availability, seenAt, phoneUntil, capacity, teams, languages, ...one }) => ({
        ...one,
        seat: { capacity, teams, languages },
        presence: presenceOf({ availability, seenAt, phoneUntil }, now),
      }));
    },

    /**
     * Another role or seat, or other ones of the admin's own sites. Whatever is asked next is checked against it.
     * @param change.siteIds those of the admin's own that the person is at from now on
     */
    async change(
      id: string,
      change: { readonly role?: Role; readonly siteIds?: readonly string[]; readonly seat?: PersonSeat },
      admin: Agent,
      by: Actor,
    ): Promise<Changed> {
      return db
        .transaction()
        .execute(async (tx): Promise<Changed> => {
          const person = await lockPerson(tx, id, admin);
          if (person === null) return { refused: 'not_found' };
          const { role = person.role, seat } = change;
          const isElsewhere = person.siteIds.some((siteId) => !admin.siteIds.includes(siteId));
          // Role and seat hold for all sites of a person: they are not one site's to change.
          if ((role !== person.role || seat !== undefined) && isElsewhere)
            return { refused: 'not_only_yours' };
          const kept = person.siteIds.filter((siteId) => !admin.siteIds.includes(siteId));
          const siteIds = change.siteIds === undefined ? person.siteIds : [...kept, ...change.siteIds];
          const left = person.siteIds.filter((siteId) => !siteIds.includes(siteId));
          const joined = siteIds.filter((siteId) => !person.siteIds.includes(siteId));
          if (role !== person.role)
            await tx.updateTable('agents').set({ role }).where('id', '=', id).execute();
          if (seat !== undefined) await setSeat(tx, id, seat);
          await leave(tx, id, left);
          if (joined.length > 0) {
            const rows = joined.map((siteId) => ({ agent_id: id, site_id: siteId }));
            await tx.insertInto('agent_sites').values(rows).execute();
          }
          const concerned = [...new Set([...person.siteIds, ...joined])];
          if (person.role === 'admin') await assertAdmins(tx, person.siteIds);
          const object = { kind: 'agent', id } as const;
          const at = Date.now();
          if (role !== person.role) {
            const detail = { from: person.role, to: role };
            await addEntries(tx, [
              { at, by, action: 'agent.role_changed', siteIds: concerned, object, detail },
            ]);
          }
          if (seat !== undefined) {
            const action = 'agent.seat_changed';
            await addEntries(tx, [{ at, by, action, siteIds: concerned, object, detail: seatDetail(seat) }]);
          }
          if (left.length + joined.length > 0) {
            const detail = { joined: joined.length, left: left.length };
            const moved = [...left, ...joined];
            await addEntries(tx, [{ at, by, action: 'agent.sites_changed', siteIds: moved, object, detail }]);
          }
          return { siteIds: concerned };
        })
        .catch(asRefusal);
    },

    /**
     * Takes a person from the admin's own sites. Who is left without a site is gone: account, sessions, devices. What
     * they said keeps their name.
     */
    async remove(id: string, admin: Agent, by: Actor): Promise<Changed> {
      return db
        .transaction()
        .execute(async (tx): Promise<Changed> => {
          const person = await lockPerson(tx, id, admin);
          if (person === null) return { refused: 'not_found' };
          const left = person.siteIds.filter((siteId) => admin.siteIds.includes(siteId));
          const isGone = left.length === person.siteIds.length;
          if (isGone) await tx.deleteFrom('auth_user').where('id', '=', id).execute();
          else await leave(tx, id, left);
          if (person.role === 'admin') await assertAdmins(tx, left);
          const object = { kind: 'agent', id } as const;
          const detail = { name: person.name, role: person.role, account: isGone ? 'ended' : 'kept' };
          const at = Date.now();
          await addEntries(tx, [{ at, by, action: 'agent.removed', siteIds: left, object, detail }]);
          return { siteIds: left };
        })
        .catch(asRefusal);
    },

    /** For who has lost app and codes; by the operator. @returns whether it was on */
    endTwoFactor: (id: string): Promise<boolean> =>
      db.transaction().execute((tx) => withoutTwoFactor(tx, id)),

    /**
     * Ends whatever opens this account or listens to it: password, second factor, sessions, one-time links, devices. For
     * whoever proves by another way that it is theirs.
     */
    async endWaysIn(id: string): Promise<void> {
      await db.transaction().execute(async (tx) => {
        await withoutTwoFactor(tx, id);
        await tx
          .deleteFrom('auth_account')
          .where('userId', '=', id)
          .where('providerId', '=', 'credential')
          .execute();
        await tx.deleteFrom('auth_session').where('userId', '=', id).execute();
        await tx.deleteFrom('push_subscriptions').where('agent_id', '=', id).execute();
        // better-auth's: the address stands in its JSON.
        await sql`delete from auth_verification using auth_user
          where auth_user.id = ${id} and identifier like 'magic-link:%'
            and strpos(value, to_json(email)::text) > 0`.execute(tx);
      });
    },
  };
}

async function withoutTwoFactor(tx: Tx, id: string): Promise<boolean> {
  await tx.deleteFrom('auth_two_factor').where('userId', '=', id).execute();
  const { numUpdatedRows } = await tx
    .updateTable('auth_user')
    .set({ twoFactorEnabled: false })
    .where('id', '=', id)
    .where('twoFactorEnabled', '=', true)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Thrown to undo what has been done so far. */
class LastAdminError extends Error {}

const asRefusal = (error: unknown): Changed => {
  if (error instanceof LastAdminError) return { refused: 'last_admin' };
  throw error;
};

const leave = async (tx: Tx, id: string, siteIds: readonly string[]) => {
  if (siteIds.length === 0) return;
  await tx
    .deleteFrom('agent_sites')
    .where('agent_id', '=', id)
    .where('site_id', 'in', [...siteIds])
    .execute();
};

/** The person as they are, if they are at one of the admin's sites; nobody changes them or the number of admins meanwhile. */
async function lockPerson(tx: Tx, id: string, admin: Agent) {
  // One change of people at a time: two admins who demote each other at once would both be allowed to.
  await sql`select pg_advisory_xact_lock(hashtextextended('people', 0))`.execute(tx);
  const person = await tx
    .selectFrom('agents')
    .innerJoin('auth_user', 'auth_user.id', 'agents.id')
    .select(['agents.id', 'name', 'role'])
    .where('agents.id', '=', id)
    .executeTakeFirst();
  const sites = await tx.selectFrom('agent_sites').select('site_id').where('agent_id', '=', id).execute();
  const siteIds = sites.map((site) => site.site_id);
  const isTheirs = siteIds.some((siteId) => admin.siteIds.includes(siteId));
  return person === undefined || !isTheirs ? null : { ...person, siteIds };
}

/** @throws LastAdminError if one of these sites has no admin any more */
async function assertAdmins(tx: Tx, siteIds: readonly string[]): Promise<void> {
  const rows = await tx
    .selectFrom('agent_sites')
    .innerJoin('agents', 'agents.id', 'agent_id')
    .select('site_id')
    .distinct()
    .where('role', '=', 'admin')
    .where('site_id', 'in', [...siteIds])
    .execute();
  if (rows.length < siteIds.length) throw new LastAdminError();
}
