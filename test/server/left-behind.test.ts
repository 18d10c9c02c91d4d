import { setImmediate as turn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { createCollector } from '../../server/cli/collect-garbage.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { emptySummary } from '../../server/domain/summary.ts';
import { createGroupCommit, type Order } from '../../server/plugins/group-commit.ts';
import { createLanes } from '../../server/plugins/lanes.ts';
import type { StoredConversation } from '../../server/store/conversation-row.ts';
import { stateAfter, withAna } from '../domain/commands.ts';

/**
 * What lives for one message must go with a small collection: what outlives two of them waits for the large one, which
 * stops everybody for a while. Two ways in which nobody would expect it to stay are named where they are avoided
 * (server/domain/draft.ts, server/plugins/lanes.ts).
 */
const collect = createCollector();
const oldMegabytes = () =>
  getHeapSpaceStatistics().reduce(
    (sum, { space_name: name, space_used_size: used }) =>
      sum + (/^(old|large_object)_space$/.test(name) ? used : 0),
    0,
  ) / 1e6;

const rounds = 1_000;
const atOnce = 40;

/** @returns how much more is old behind so many messages, MB: what else goes on only adds to it, so the least of some tries */
async function leftBehind(message: (number: number) => void): Promise<number> {
  // Until what runs is compiled: code is old as well.
  for (let number = 0; number < 5_000; number += 1) {
    message(number);
    if (number % atOnce === 0) await turn();
  }
  const tries: number[] = [];
  while (tries.length < 3) tries.push(await leftNow(message));
  return Math.min(...tries);
}

async function leftNow(message: (number: number) => void): Promise<number> {
  collect();
  const before = oldMegabytes();
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < atOnce; index += 1) message(round * atOnce + index);
    await turn();
    await turn();
  }
  return oldMegabytes() - before;
}

const conversations = 400;
/** As much as a message takes on its way. */
const onTheWay = (number: number) => new Array<number>(1_000).fill(number);

test('a decision leaves nothing behind', async () => {
  const human = stateAfter(withAna);
  const world = {
    now: 0,
    partialText: '',
    isLastAgentOnline: false,
    isBotInPage: false,
    policy: defaultPolicy,
  };
  const states = Array.from({ length: conversations }, () => human);
  const left = await leftBehind((number) => {
    const command = {
      name: 'message:send',
      cid: `${number}`,
      text: `words ${number}`,
      more: onTheWay(number),
    } as const;
    const from = states[number % conversations] ?? human;
    const decision = decide(from, { from: 'customer', command }, world);
    if (decision.ok) states[number % conversations] = decision.state;
  });
  expect(left).toBeLessThan(3);
});

test('an order leaves nothing behind', async () => {
  interface Heavy extends Order {
    readonly more: readonly number[];
  }
  const stored = (id: string, seq: number): StoredConversation => ({
    id,
    siteId: 'site',
    customerId: 'customer',
    state: { ...unstarted, seq },
    summary: emptySummary(0),
  });
  const submit = createGroupCommit<Heavy, readonly number[]>({
    load: async (ids) => ids.map((id) => stored(id, 1)),
    decide: (order, before) => ({
      order,
      before,
      commit: {
        after: before.state.seq,
        conversation: stored(before.id, before.state.seq + 1),
        facts: [],
        commands: [],
        isOnlySaid: true,
        isStateKept: false,
        leaseUntil: 0,
      },
    }),
    save: async (commits) => commits.map(() => 'saved'),
    alone: () => Promise.reject(new Error('nothing is carried out alone here')),
    onSaved: () => undefined,
    resultOf: ({ order }) => order.more,
    isHarmless: () => false,
  });
  const failures: unknown[] = [];
  const left = await leftBehind((number) => {
    const order = { conversationId: `${number % conversations}`, senderId: 'customer', cid: `${number}` };
    submit({ ...order, more: onTheWay(number) }).catch((error) => failures.push(error));
  });
  expect(failures).toEqual([]);
  expect(left).toBeLessThan(3);
});

test('more conversations than there is room for: who is in use stays, who was used gets another round', () => {
  const lanes = createLanes<string, void>(4);
  const known = (id: string) => {
    const lane = lanes.of(id);
    lane.conversation = { id } as StoredConversation;
    return lane;
  };
  known('busy').isBusy = true;
  for (const id of ['first', 'second', 'third', 'fourth']) known(id);
  expect(lanes.size()).toBe(4);
  // The first is gone. The second is used again, the third is not.
  lanes.of('second');
  known('fifth');
  expect(lanes.size()).toBe(4);
  const stayed = ['busy', 'second', 'fourth', 'fifth'].filter((id) => lanes.of(id).conversation !== null);
  expect(stayed).toEqual(['busy', 'second', 'fourth', 'fifth']);
});

test('where all are in use there is more than room for, and no endless look for it', () => {
  const lanes = createLanes<string, void>(3);
  for (let number = 0; number < 1_000; number += 1) lanes.of(`${number}`).isBusy = true;
  expect(lanes.size()).toBe(1_000);
});
