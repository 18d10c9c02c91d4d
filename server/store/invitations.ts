import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Role } from '../../protocol/agent.ts';
import { type Agent, insertAgent } from './agents.ts';
import { type Actor, addEntries } from './audit-log.ts';
import type { Database, Tx } from './database.ts';
import type { InvitationsTable } from './schema-people.ts';

/** Who may become one of the people of these sites. */
export interface StoredInvitation {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly siteIds: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What came of a link: `agent` is there now; or why not. */
export type Acceptance =
  | { readonly agent: Agent; readonly isNew: boolean }
  | { readonly refused: 'invitation_gone' | 'sign_in_first' | 'role_differs' };

export const invitationMs = 7 * 24 * 60 * 60_000;
/** Of one site: whoever may invite must not fill the table. */
export const mostInvitations = 200;

/** 256 bits, in the link alone: a stolen backup lets nobody in. */
const makeSecret = () => randomBytes(32).toString('base64url');
const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

export function createInvitations(db: Database) {
  return {
    /** The open ones that concern any of these sites, newest first. */
    async ofSites(siteIds: readonly string[], now: number): Promise<StoredInvitation[]> {
      const rows = await db
        .selectFrom('invitations')
        .selectAll()
        .where(sql<boolean>`site_ids && ${[...siteIds]}::uuid[]`)
        .where('expires_at', '>', now)
        .orderBy('created_at', 'desc')
        .execute();
      return rows.map(toInvitation);
    },

    async byId(id: string, now: number): Promise<StoredInvitation | null> {
      const row = await db
        .selectFrom('invitations')
        .selectAll()
        .where('id', '=', id)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row === undefined ? null : toInvitation(row);
    },

    async bySecret(secret: string, now: number): Promise<StoredInvitation | null> {
      const row = await db
        .selectFrom('invitations')
        .selectAll()
        .where('secret_hash', '=', hashOf(secret))
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row === undefined ? null : toInvitation(row);
    },

    /**
     * Makes an invitation and the secret of its link, which is not kept.
     * @returns why not: somebody with this address is at one of these sites or invited to it, or there are too many
     */
    async make(
      given: Pick<StoredInvitation, 'email' | 'name' | 'role' | 'siteIds'>,
      by: Actor,
      now: number,
    ): Promise<
      | { readonly invitation: StoredInvitation; readonly secret: string }
      | { readonly refused: 'already_there' | 'invitation_limit' }
    > {
      const email = given.email.toLowerCase();
      const siteIds = [...given.siteIds];
      return db.transaction().execute(async (tx) => {
        await lockEmail(tx, email);
        await tx.deleteFrom('invitations').where('expires_at', '<=', now).execute();
        const there = await tx
          .selectFrom('auth_user')
          .innerJoin('agent_sites', 'agent_id', 'auth_user.id')
          .select('agent_id')
          .where('email', '=', email)
          .where('site_id', 'in', siteIds)
          .executeTakeFirst();
        const open = await tx
          .selectFrom('invitations')
          .select('email')
          .where(sql<boolean>`site_ids && ${siteIds}::uuid[]`)
          .execute();
        if (there !== undefined || open.some((one) => one.email === email)) {
          return { refused: 'already_there' };
        }
        if (open.length >= mostInvitations) return { refused: 'invitation_limit' };
        const secret = makeSecret();
        const row = await tx
          .insertInto('invitations')
          .values({
            id: randomUUID(),
            email,
            name: given.name,
            role: given.role,
            site_ids: siteIds,
            secret_hash: hashOf(secret),
            created_at: now,
            expires_at: now + invitationMs,
            invited_by: by.agent?.id ?? null,
            inviter_name: by.agent?.name ?? null,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await tell(tx, 'invitation.made', row, by, now);
        return { invitation: toInvitation(row), secret };
      });
    },

    /** A new link for seven days more; the one before opens nothing from now on. @returns null if it is not open */
    async renew(id: string, by: Actor, now: number) {
      return db.transaction().execute(async (tx) => {
        const secret = makeSecret();
        const row = await tx
          .updateTable('invitations')
          .set({ secret_hash: hashOf(secret), expires_at: now + invitationMs })
          .where('id', '=', id)
          .where('expires_at', '>', now)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return null;
        await tell(tx, 'invitation.renewed', row, by, now);
        return { invitation: toInvitation(row), secret };
      });
    },

    /** @returns whether it was open */
    async withdraw(id: string, by: Actor, now: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const row = await tx.deleteFrom('invitations').where('id', '=', id).returningAll().executeTakeFirst();
        if (row !== undefined) await tell(tx, 'invitation.withdrawn', row, by, now);
        return row !== undefined;
      });
    },

    /** Accepts by the link. @param callerId who is signed in where the link was opened, if anybody is */
    async accept(secret: string, callerId: string | null, now: number): Promise<Acceptance> {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('invitations')
          .selectAll()
          .where('secret_hash', '=', hashOf(secret))
          .where('expires_at', '>', now)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined) return { refused: 'invitation_gone' };
        return take(tx, row, { isTheirs: (userId) => userId === callerId, as: null }, now);
      });
    },

    /**
     * Accepts all that are open for this address, the oldest first: whoever calls has proof that it is the caller's own.
     * @param as the agent whom the caller is already, whatever address that one has here; null: the one with this address
     * @returns whether any was
     */
    async acceptAll(email: string, as: string | null, now: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const rows = await tx
          .selectFrom('invitations')
          .selectAll()
          .where('email', '=', email.toLowerCase())
          .where('expires_at', '>', now)
          .orderBy('created_at')
          .forUpdate()
          .execute();
        let isAny = false;
        for (const row of rows)
          if ('agent' in (await take(tx, row, { isTheirs: () => true, as }, now))) isAny = true;
        return isAny;
      });
    },
  };
}

/**
 * Makes the person of an invitation, or lets the one with its address see its sites, and ends it: it opens once.
 * @param who.isTheirs whether the person who accepts is this user. A link is not proof of it: it may have been copied by
 *   the admin who made it, and would give them the account of somebody of another site
 * @param who.as the user who accepts, if that is known by more than the address
 */
async function take(
  tx: Tx,
  row: Selectable<InvitationsTable>,
  { isTheirs, as }: { readonly isTheirs: (userId: string) => boolean; readonly as: string | null },
  now: number,
): Promise<Acceptance> {
  await lockEmail(tx, row.email);
  const known = await tx
    .selectFrom('auth_user')
    .innerJoin('agents', 'agents.id', 'auth_user.id')
    .select(['agents.id', 'name', 'email', 'role', 'availability'])
    .where((is) => (as === null ? is('email', '=', row.email) : is('agents.id', '=', as)))
    .executeTakeFirst();
  // Gone in this very moment: not somebody new.
  if (known === undefined && as !== null) return { refused: 'invitation_gone' };
  if (known !== undefined && !isTheirs(known.id)) return { refused: 'sign_in_first' };
  // One role for all sites: an admin elsewhere would become one here whom nobody here has made one, and the other way round.
  if (known !== undefined && known.role !== row.role) return { refused: 'role_differs' };
  const siteIds = row.site_ids;
  const inviter = row.invited_by === null ? null : { id: row.invited_by, name: row.inviter_name ?? '' };
  const by: Actor = { agent: inviter, ip: null };
  const agent: Agent =
    known === undefined
      ? await insertAgent(tx, { name: row.name, email: row.email, role: row.role, siteIds }, by)
      : { ...known, siteIds };
  if (known !== undefined) {
    const sites = siteIds.map((siteId) => ({ agent_id: known.id, site_id: siteId }));
    await tx
      .insertInto('agent_sites')
      .values(sites)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await tx.deleteFrom('invitations').where('id', '=', row.id).execute();
  await tell(tx, 'invitation.accepted', row, { agent: { id: agent.id, name: agent.name }, ip: null }, now);
  return { agent, isNew: known === undefined };
}

/** One after the other: two invitations to one address, or an invitation and its acceptance. */
const lockEmail = (tx: Tx, email: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`invitation ${email}`}, 0))`.execute(tx);

const tell = (
  tx: Tx,
  action: 'invitation.made' | 'invitation.renewed' | 'invitation.withdrawn' | 'invitation.accepted',
  row: Selectable<InvitationsTable>,
  by: Actor,
  at: number,
) =>
  addEntries(tx, [
    {
      at,
      by,
      action,
      siteIds: row.site_ids,
      object: { kind: 'invitation', id: row.id },
      detail: { email: row.email, role: row.role },
    },
  ]);

const toInvitation = (row: Selectable<InvitationsTable>): StoredInvitation => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  siteIds: row.site_ids,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});
