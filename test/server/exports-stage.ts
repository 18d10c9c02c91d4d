import { randomUUID } from 'node:crypto';
import { atTheBeginning } from '../../server/exports/checkpoint.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import type { TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { inDatabase } from './requests.ts';

const ask = { content: 'feedback', format: 'csv', filter: {}, isRedacted: true } as const;

/** An export of this site that is being made, and nobody is at it. */
export async function exportOf(
  { store }: TestServer,
  site: Site,
  agent: Pick<Agent, 'id' | 'name'>,
): Promise<string> {
  const id = randomUUID();
  const madeAt = Date.now();
  await store.exports.add({
    id,
    scheduleId: null,
    agent,
    siteIds: [site.id],
    ask,
    total: 0,
    checkpoint: atTheBeginning,
    madeAt,
    expiresAt: madeAt + 3_600_000,
  });
  return id;
}

export async function scheduleOf(
  { store }: TestServer,
  site: Site,
  agent: Pick<Agent, 'id'>,
): Promise<string> {
  const id = randomUUID();
  const nextAt = Date.now() + 3_600_000;
  await store.exportSchedules.add({
    id,
    agentId: agent.id,
    siteIds: [site.id],
    ask,
    every: 'daily',
    lastAt: 0,
    nextAt,
  });
  return id;
}

/** Many answer feedbacks of one conversation, every third with an agent's better answer. @returns the conversation */
export async function leaveMany(server: TestServer, site: Site, count: number): Promise<string> {
  const said = { question: 'What is the fee?', answer: 'There is none.', verdict: 'down' } as const;
  const id = await leaveFeedback(server, site, said);
  const first = 'update answer_feedback set at = 1700000000001 where conversation_id = $1';
  await inDatabase(server.databaseUrl, first, [id]);
  await inDatabase(
    server.databaseUrl,
    `insert into answer_feedback (conversation_id, turn, verdict, reasons, comment, question, answer, sources, at)
     select conversation_id, n, verdict, reasons, 'Write to kim' || n || '@acme.example', question || ' ' || n, answer, sources,
       1700000000000 + n
     from answer_feedback, generate_series(2, $2::int) n where conversation_id = $1`,
    [id, count],
  );
  await inDatabase(
    server.databaseUrl,
    `insert into better_answers (conversation_id, turn, question, answer, text, agent_id, at)
     select conversation_id, turn, question, answer, 'It is ' || turn || ' euros.', 'ana', at
     from answer_feedback where conversation_id = $1 and turn % 3 = 0`,
    [id],
  );
  return id;
}
