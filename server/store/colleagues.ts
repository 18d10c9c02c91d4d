import { sql } from 'kysely';
import type { Colleague, Presence } from '../../protocol/agent.ts';
import { presenceOf, type Signs } from '../domain/presence.ts';
import { agentLoads } from './agent-loads.ts';
import { workingRoles } from './agents.ts';
import type { Database } from './database.ts';

const nearness: readonly Presence[] = ['online', 'on_phone', 'away', 'offline'];

/** Who works at a site: whether they are there, and how much they have. */
export function createColleagues(db: Database) {
  return {
    /** Those who are there first, then by name. Their load counts customers of all sites. */
    async of(siteId: string, now: number): Promise<Colleague[]> {
      const { rows } = await sql<Omit<Colleague, 'presence'> & Signs>`
        with ${agentLoads(now)}
        select agents.id, name, capacity, teams, coalesce(load, 0) as load,
          availability, seen_at as "seenAt", phone_until as "phoneUntil"
        from agents
        join auth_user on auth_user.id = agents.id
        join agent_sites on agent_sites.agent_id = agents.id
        left join loads on loads.agent_id = agents.id
        where agent_sites.site_id = ${siteId} and role = any(${[...workingRoles]})
        order by lower(name), agents.id`.execute(db);
      return rows
        .map(({ availability, seenAt, phoneUntil, ...one }) => ({
          ...one,
          presence: presenceOf({ availability, seenAt, phoneUntil }, now),
        }))
        .sort((a, b) => nearness.indexOf(a.presence) - nearness.indexOf(b.presence));
    },
  };
}

export type ColleaguesStore = ReturnType<typeof createColleagues>;
