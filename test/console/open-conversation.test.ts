import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Connection, type ConnectionState, type Unsent, unsent } from '../../console/connection.ts';
import { openConversation } from '../../console/inbox/open-conversation.ts';
import { type Refusal, type RefusalCode, refusals } from '../../protocol/errors.ts';
import type { FactsPage } from '../../protocol/events.ts';

const id = '0198c0de-0000-7000-8000-000000000001';
const refusal = (code: RefusalCode): Refusal => ({
  ok: false,
  code,
  message: '',
  retryable: refusals[code].retryable,
});
const page: FactsPage = {
  ok: true,
  conversationId: id,
  after: 0,
  through: 1,
  hasMore: false,
  facts: [{ type: 'conversation.started', seq: 1, at: 1, by: { kind: 'customer' }, context: {} }],
};

/** A line whose pulls are answered with these in turn. */
function connectionWith(answers: (FactsPage | Refusal | Unsent)[]) {
  const pulls: string[] = [];
  const state = signal<ConnectionState>('online');
  const connection: Connection = {
    state,
    command: async () => unsent,
    pull: async (how) => {
      pulls.push(how);
      return answers.shift() ?? unsent;
    },
    unwatch: () => undefined,
    signal: () => undefined,
    on: () => () => undefined,
    close: () => undefined,
  };
  return { connection, state, pulls };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['a refusal that may pass', refusal('unavailable')],
  ['an answer that got lost on a line that holds', unsent],
])('%s leaves the conversation on the screen, and is asked again', async (_name, first) => {
  const { connection, pulls } = connectionWith([first, page]);
  const open = openConversation(id, connection);
  await vi.advanceTimersByTimeAsync(0);
  expect([open.problem.value, open.isLoaded.value]).toEqual([null, false]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([open.problem.value, open.isLoaded.value]).toEqual([null, true]);
  expect(pulls, 'still asks to be told what comes').toEqual(['conversation:watch', 'conversation:watch']);
  open.close();
});

test('what is not there, or not theirs, is said and not asked for again', async () => {
  const { connection, pulls } = connectionWith([refusal('not_found')]);
  const open = openConversation(id, connection);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(open.problem.value).toBe('not_found');
  expect(pulls).toHaveLength(1);
  open.close();
});

test('nothing is asked while there is no line, nor once it is closed', async () => {
  const { connection, state, pulls } = connectionWith([unsent, unsent, unsent]);
  const open = openConversation(id, connection);
  await vi.advanceTimersByTimeAsync(0);
  state.value = 'offline';
  await vi.advanceTimersByTimeAsync(10_000);
  expect(pulls).toHaveLength(1);
  state.value = 'online';
  await vi.advanceTimersByTimeAsync(0);
  open.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(pulls).toHaveLength(2);
});
