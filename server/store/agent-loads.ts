import { type RawBuilder, sql } from 'kysely';

/**
 * How many customers each agent has, `loads(agent_id, load)`: those they are with, at all sites, and those they are
 * being asked to take. To be put behind `with`.
 */
export const agentLoads = (now: number): RawBuilder<unknown> => sql`
  taken as (
    select agent_id from conversations where status = 'human'
    union all
    select state->'offer'->'agent'->>'id' from conversations
    where status = 'waiting' and (state->'offer'->>'expiresAt')::bigint > ${now}),
  loads as (select agent_id, count(*)::int as load from taken group by agent_id)`;
