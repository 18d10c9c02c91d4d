import { sql } from 'kysely';
import type { Colleague } from '../../protocol/agent.ts';
import { agentLoads } from './agent-loads.ts';
import { presenceTimeoutMs, workingRoles } from './agents.ts';
import type { Database } from './database.ts';

/** Who works at a site: whether they are there, and how much they have. */
export function createColleagues(db: Database) {
  return {
    /** Those who are there first, then by name. Their load counts customers of all sites. */
    async of(siteId: string, now: number): Promise<Colleague[]> {
      const { rows } = await sql<Colleague>`
        with ${agentLoads(now)},
        present as (
          select agents.id, name, capacity, teams, coalesce(load, 0) as load,
            case when coalesce(seen_at, 0) <= ${now - presenceTimeoutMs} then 'offline' else availability end as presence
          from agents
          join auth_user on auth_user.id = agents.id
          join agent_sites on agent_sites.agent_id = agents.id
          left join loads on loads.agent_id = agents.id
          where agent_sites.site_id = ${siteId} and role = any(${[...workingRoles]}))
        select * from present
        order by array_position(array['online', 'away', 'offline'], presence), lower(name), id`.execute(db);
      return rows;
    },
  };
}

export type ColleaguesStore = ReturnType<typeof createColleagues>;
