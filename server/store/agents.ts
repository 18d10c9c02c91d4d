import { randomUUID } from 'node:crypto';
import type { Availability, Role } from '../../protocol/agent.ts';
import { rolesThatMay } from '../domain/permissions.ts';
import { type Actor, addEntries, operator } from './audit-log.ts';
import type { Database } from './database.ts';
import { isThere } from './presence.ts';

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly availability: Availability;
  readonly siteIds: readonly string[];
}

/** Who takes customers. Others may have a console open: nobody is offered to them, and they are nobody's hope. */
export const workingRoles = rolesThatMay('conversations:work');

/** Adds an agent within whatever else happens on this connection. */
export async function insertAgent(
  tx: Pick<Database, 'insertInto'>,
  agent: { name: string; email: string; siteIds: readonly string[]; role: Role },
  by: Actor,
): Promise<Agent> {
  const id = randomUUID();
  const { name, role, siteIds } = agent;
  const now = new Date();
  const user = { id, name, email: agent.email.toLowerCase(), emailVerified: true };
  await tx
    .insertInto('auth_user')
    .values({ ...user, createdAt: now, updatedAt: now })
    .execute();
  await tx.insertInto('agents').values({ id, role, seen_at: null }).execute();
  const sites = siteIds.map((siteId) => ({ agent_id: id, site_id: siteId }));
  if (sites.length > 0) await tx.insertInto('agent_sites').values(sites).execute();
  const object = { kind: 'agent', id } as const;
  const detail = { name, role };
  await addEntries(tx, [{ at: now.getTime(), by, action: 'agent.added', siteIds, object, detail }]);
  return { id, name, email: agent.email, role, availability: 'online', siteIds };
}

/** Agents: people of the company. Their sign-in is better-auth's; what they may see is here. */
export function createAgents(db: Database) {
  return {
    async byId(id: string): Promise<Agent | null> {
      const row = await db
        .selectFrom('agents')
        .innerJoin('auth_user', 'auth_user.id', 'agents.id')
        .select(['agents.id', 'name', 'email', 'role', 'availability'])
        .where('agents.id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      // In one order always: an open desk is closed when its agent's sites have become others.
      const sites = await db
        .selectFrom('agent_sites')
        .select('site_id')
        .where('agent_id', '=', id)
        .orderBy('site_id')
        .execute();
      return { ...row, siteIds: sites.map((site) => site.site_id) };
    },

    async byEmail(email: string): Promise<Agent | null> {
      const row = await db
        .selectFrom('auth_user')
        .select('id')
        .where('email', '=', email.toLowerCase())
        .executeTakeFirst();
      return row === undefined ? null : this.byId(row.id);
    },

    /** The agent of this account at the company's sign-in, whatever address it has there by now. */
    async idByAccount(providerId: string, accountId: string): Promise<string | null> {
      const row = await db
        .selectFrom('auth_account')
        .select('userId')
        .where('providerId', '=', providerId)
        .where('accountId', '=', accountId)
        .executeTakeFirst();
      return row?.userId ?? null;
    },

    /** In the order in which they were added. */
    async all(): Promise<Agent[]> {
      const rows = await db.selectFrom('auth_user').select('id').orderBy('createdAt').execute();
      const agents = await Promise.all(rows.map((row) => this.byId(row.id)));
      return agents.filter((agent) => agent !== null);
    },

    async first(): Promise<Agent | null> {
      const row = await db
        .selectFrom('auth_user')
        .select('id')
        .orderBy('createdAt')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : this.byId(row.id);
    },

    async hasPassword(id: string): Promise<boolean> {
      const row = await db
        .selectFrom('auth_account')
        .select('id')
        .where('userId', '=', id)
        .where('providerId', '=', 'credential')
        .executeTakeFirst();
      return row !== undefined;
    },

    async hasTwoFactor(id: string): Promise<boolean> {
      const row = await db
        .selectFrom('auth_user')
        .select('id')
        .where('id', '=', id)
        .where('twoFactorEnabled', '=', true)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Adds an agent to these sites. Signing in needs a one-time link or, later, a password of their own. */
    async add(
      agent: { name: string; email: string; siteIds: readonly string[]; role?: Role },
      by: Actor = operator,
    ): Promise<Agent> {
      return db.transaction().execute((tx) => insertAgent(tx, { role: 'agent', ...agent }, by));
    },

    /** Lets the agent see these sites as well. */
    async join(id: string, siteIds: readonly string[]): Promise<void> {
      await db
        .insertInto('agent_sites')
        .values(siteIds.map((siteId) => ({ agent_id: id, site_id: siteId })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** Another role from now on: whatever is asked next is checked against it, open consoles included. */
    async setRole({ id, siteIds }: Agent, role: Role, by: Actor): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const before = await tx
          .selectFrom('agents')
          .select('role')
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirstOrThrow();
        if (before.role === role) return;
        await tx.updateTable('agents').set({ role }).where('id', '=', id).execute();
        const object = { kind: 'agent', id } as const;
        const detail = { from: before.role, to: role };
        await addEntries(tx, [{ at: Date.now(), by, action: 'agent.role_changed', siteIds, object, detail }]);
      });
    },

    /** @returns the sites where that changes who is there */
    async setAvailability(id: string, availability: Availability): Promise<readonly string[]> {
      await db.updateTable('agents').set({ availability }).where('id', '=', id).execute();
      return (await this.byId(id))?.siteIds ?? [];
    },

    async isAnyoneOnline(siteId: string, now: number): Promise<boolean> {
      const row = await db
        .selectFrom('agents')
        .innerJoin('agent_sites', 'agent_id', 'agents.id')
        .select('agents.id')
        .where('site_id', '=', siteId)
        .where('role', 'in', workingRoles)
        .where('availability', '=', 'online')
        .where(isThere(now))
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Whether this agent could take a conversation of this site right now. */
    async isOnline(id: string, siteId: string, now: number): Promise<boolean> {
      const row = await db
        .selectFrom('agents')
        .innerJoin('agent_sites', 'agent_id', 'agents.id')
        .select('agents.id')
        .where('agents.id', '=', id)
        .where('site_id', '=', siteId)
        .where('role', 'in', workingRoles)
        .where('availability', '=', 'online')
        .where(isThere(now))
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

export type Agents = ReturnType<typeof createAgents>;
