import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { readTranscript } from '../../../examples/demo-walk/connection.ts';
import type { CommandReply } from '../../../protocol/commands.ts';
import { newSession, type Session } from '../../support/clients.ts';
import { type Agent, createAgent } from '../support/agent.ts';
import type { Verdict } from '../support/cast.ts';
import { checkHistory, explain } from '../support/check-history.ts';
import { createRecorder } from '../support/history.ts';
import { startRedis } from '../support/redis.ts';
import { openStage } from '../support/stage.ts';

export interface RaceOptions {
  readonly adminUrl: string;
  readonly races: number;
  /** Conversations that are raced for at the same time. */
  readonly tracks: number;
  say(line: string): void;
}

/** Two agents, each on a node of their own, go for the same waiting customer, again and again. */
export async function raceForCustomers(options: RaceOptions): Promise<Verdict> {
  const { adminUrl, races, tracks, say } = options;
  const redis = await startRedis();
  const stage = await openStage({
    adminUrl,
    nodes: 2,
    agents: 2,
    bot: { kind: 'page' },
    env: { REDIS_URL: redis.url },
  }).catch(async (error) => {
    await redis.kill();
    throw error;
  });
  const recorder = createRecorder();
  const agents: Agent[] = stage.agents.map((agent, index) =>
    createAgent({ recorder, agent, url: stage.nodes[index]?.url ?? '' }),
  );
  const winsOf = new Map(agents.map(({ name }) => [name, 0]));
  const problems: string[] = [];
  let done = 0;
  let next = 0;

  const runTrack = async (number: number) => {
    const conversationId = uuidv7();
    const url = stage.nodes[number % 2]?.url ?? '';
    const session = await newSession(url, stage.site);
    const ask = askerOf(url, session);
    while (next++ < races) {
      const cid = uuidv7();
      const sender = `customer ${number}`;
      const name = 'handoff:request';
      recorder.invoked({ cid, conversationId, side: 'customer', sender, name, text: null });
      const asked = await ask({ cid, conversationId });
      if (!asked.ok) throw new Error(`a customer was refused a person: ${asked.code}`);
      recorder.acknowledged(cid, asked.seq);
      // A head start of a moment for either, so that no node is always first.
      const replies = await Promise.all(
        agents.map(async (agent) => {
          await sleep(Math.random() * 3);
          return { agent, reply: await agent.send('handoff:accept', conversationId, {}) };
        }),
      );
      const winners = replies.filter(({ reply }) => reply?.ok).map(({ agent }) => agent);
      if (winners.length !== 1)
        problems.push(`${winners.length} winners at seq ${asked.seq} of ${conversationId}`);
      for (const winner of winners) {
        winsOf.set(winner.name, (winsOf.get(winner.name) ?? 0) + 1);
        await winner.send('handoff:return', conversationId, { decision: 'once more' });
      }
      done += 1;
      if (done % 1_000 === 0) say(`${done} races run`);
    }
    return { conversationId, session, url };
  };

  try {
    const startedAt = performance.now();
    const run = await Promise.all(Array.from({ length: tracks }, (_, number) => runTrack(number)));
    const seconds = (performance.now() - startedAt) / 1_000;
    const [cookie = ''] = stage.agents.map((agent) => agent.cookie);
    const endings = [];
    for (const { conversationId, session, url } of run) {
      const own = { authorization: `Bearer ${session.token}` };
      const path = `${conversationId}/facts`;
      endings.push({
        conversationId,
        facts: await readTranscript(`${url}/v1/desk/conversations/${path}`, { cookie }),
        customerFacts: await readTranscript(`${url}/v1/conversations/${path}`, own),
      });
    }
    const history = recorder.close([], endings);
    const violations = checkHistory(history);
    return {
      figures: {
        races: done,
        ...Object.fromEntries([...winsOf].map(([name, wins]) => [`won by ${name}`, wins])),
        'two winners': problems.length + violations.filter(({ rule }) => rule === 'oneWinner').length,
        'races a second': Math.round(done / seconds),
        violations: violations.length,
      },
      problems: [...problems, ...(violations.length > 0 ? [explain(violations, history)] : [])],
    };
  } finally {
    for (const agent of agents) agent.close();
    await stage.close();
    await redis.kill();
  }
}

/** Over plain HTTP, as the widget does it without a socket (D8). */
const askerOf =
  (url: string, { token }: Session) =>
  async (body: object): Promise<CommandReply> => {
    const response = await fetch(`${url}/v1/commands/handoff:request`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`asking for a person was refused: ${await response.text()}`);
    return (await response.json()) as CommandReply;
  };
