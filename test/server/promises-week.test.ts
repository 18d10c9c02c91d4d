import fc from 'fast-check';
import { uuidv7 as v7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import type { AgentCommand, Command } from '../../server/domain/command.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { evolve } from '../../server/domain/evolve.ts';
import { ledgerOf } from '../../server/domain/promises.ts';
import { summarise } from '../../server/domain/summary.ts';
import type { Site } from '../../server/store/sites.ts';
import { agent, cid } from '../domain/arbitraries.ts';
import { type Step, story } from '../domain/moves.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase } from './requests.ts';

/** A process that dies in the middle of a transaction. */
class Killed extends Error {}

const hour = 3_600_000;
const startAt = 1_800_000_000_000;
const week = 7 * 24 * hour;

type Move = Step['move'];
const [ana] = fc.sample(agent, { numRuns: 1, seed: 7 });
const byAna = (command: (promise: number, now: number) => AgentCommand): Move => {
  return ({ promises }, now) => {
    if (ana === undefined) throw new Error('nobody is there');
    return { from: 'agent', agent: ana, command: command(promises.at(-1)?.promise ?? 1, now) };
  };
};
/** A customer asks for a person, who comes, promises something in a day, and does this about it. */
const promising = (...then: Move[]): Move[] => [
  () => ({ from: 'customer', command: { name: 'handoff:request', cid } }),
  byAna(() => ({ name: 'handoff:accept', cid })),
  byAna((_, now) => ({
    name: 'promise:make',
    cid,
    kind: 'follow_up',
    text: 'I ask.',
    dueAt: now + 24 * hour,
  })),
  ...then,
];
/** Random stories seldom come so far; of each of these some lose no step to a process that dies. */
const plainStories = Array.from({ length: 10 }, () => [
  promising(),
  promising(byAna((promise) => ({ name: 'promise:keep', cid, promise }))),
  promising(byAna((promise) => ({ name: 'promise:cancel', cid, promise, why: 'It has come.' }))),
]).flat();

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  server.mayBeSilent();
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

test('every promise of a week ends kept, missed or cancelled, whenever processes die', async () => {
  const { store } = server;
  const { customerId } = await store.customers.create(site.id);
  // The same week each time that this runs.
  const stories = fc.sample(story, { numRuns: 70, seed: 7 });
  const [first] = stories;
  if (first === undefined) throw new Error('no story');
  const conversations = [
    ...stories.map(({ steps, site: world }) => ({ id: v7(), steps: steps.map(({ move }) => move), world })),
    ...plainStories.map((moves) => ({ id: v7(), steps: [...moves], world: first.site })),
  ];
  let kills = 0;
  let turns = 0;

  /** As the engine does it; every fourth transaction dies before its COMMIT, and is not tried again. */
  const carryOut = async (
    id: string,
    command: (state: typeof unstarted, now: number) => Command,
    now: number,
  ) => {
    const { world } = conversations.find((one) => one.id === id) ?? {};
    if (world === undefined) throw new Error('no such conversation');
    turns += 1;
    const dies = turns % 4 === 0;
    await store.conversations
      .transaction(async (tx) => {
        const before = await tx.lock(id);
        if (before === null) throw new Error('the row is gone');
        const { state } = before;
        const decided = decide(state, command(state, now), {
          now,
          partialText: '',
          isLastAgentOnline: false,
          ...world,
        });
        if (!decided.ok) return;
        const summary = summarise(before.summary, decided.facts, decided.state, 0);
        await tx.append({
          after: state.seq,
          conversation: { ...before, state: decided.state, summary },
          facts: decided.facts,
          commands: [],
          isOnlySaid: false,
          isStateKept: false,
          leaseUntil: now,
        });
        await tx.savePromises(before, ledgerOf(state.promises, decided.facts));
        if (dies) throw new Killed();
      })
      .catch((error) => {
        if (!(error instanceof Killed)) throw error;
        kills += 1;
      });
  };
  const sweep = async (now: number) => {
    for (const { conversationId, promise } of await store.promises.dueBefore(now))
      await carryOut(
        conversationId,
        () => ({ from: 'server', command: { name: 'promise:overdue', promise } }),
        now,
      );
  };

  for (const { id } of conversations)
    await store.conversations.transaction((tx) => tx.create({ id, siteId: site.id, customerId }, startAt));
  let now = startAt;
  while (now < startAt + week && conversations.some(({ steps }) => steps.length > 0)) {
    for (const { id, steps } of conversations) {
      const step = steps.shift();
      if (step !== undefined) await carryOut(id, step, now);
    }
    // Not every sweep comes in time.
    now += [30_000, 20 * 60_000, 4 * hour][turns % 3] ?? hour;
    if (turns % 2 === 0) await sweep(now);
  }
  // Then nobody does anything any more but the clock. A missed one may make another, which is due a day later.
  for (let day = 0; day < 10; day++) {
    now += 24 * hour;
    for (let again = 0; again < 4; again++) await sweep(now);
  }

  const ledger = await inDatabase(
    server.databaseUrl,
    'select conversation_id as id, promise, state, why, ended_at from promises',
  );
  expect(kills).toBeGreaterThan(100);
  expect(ledger.length).toBeGreaterThan(plainStories.length / 3);
  const count = (state: string) => ledger.filter((row) => row.state === state).length;
  expect(count('open'), 'none is forgotten').toBe(0);
  for (const state of ['kept', 'missed', 'cancelled']) expect(count(state), state).toBeGreaterThan(2);
  for (const row of ledger) expect(Boolean(row.why), 'cancelled with a word').toBe(row.state === 'cancelled');
  // The table is what the facts say, fact by fact: nothing was half done.
  for (const { id } of conversations) {
    const facts: Fact[] = [];
    while (true) {
      const page = await store.conversations.factsAfter(id, facts.length);
      facts.push(...page.facts);
      if (!page.hasMore) break;
    }
    const { made, ended } = ledgerOf([], facts);
    expect(ended).toHaveLength(made.length);
    const rows = ledger.filter((row) => row.id === id);
    expect(rows.map(({ promise, state }) => `${promise} ${state}`).sort()).toEqual(
      ended.map(({ promise, state }) => `${promise} ${state}`).sort(),
    );
    const [stored] = await store.conversations.byIds([id]);
    expect(facts.reduce(evolve, unstarted)).toEqual(stored?.state);
  }
}, 120_000);
