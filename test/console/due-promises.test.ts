import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDuePromises } from '../../console/promises/due-promises.ts';
import type { DeskPromise, PromiseNews } from '../../protocol/promise.ts';

const hour = 3_600_000;
const start = 1_800_000_000_000;
const id = '0198c0de-1f2e-7abc-8def-0123456789ab';
const owed = (promise: number, dueAt: number): DeskPromise => ({
  ...{
    conversationId: id,
    promise,
    kind: 'follow_up',
    text: 'I ask billing',
    owner: { id: 'ana', name: 'Ana' },
  },
  ...{ madeAt: start, dueAt, state: 'open', endedAt: null, why: '', site: 'Northcard help', topic: '' },
});
const news = (promise: number, isMissed: boolean): PromiseNews => ({
  ...{ conversationId: id, promise, text: 'I ask billing', dueAt: start, isMissed },
});

beforeAll(() => void vi.stubGlobal('document', { visibilityState: 'visible' }));
afterAll(() => void vi.unstubAllGlobals());
let rung: string[];
let mine: DeskPromise[];
let asked: string[];
beforeEach(() => {
  [rung, mine, asked] = [[], [], []];
});
const due = () =>
  createDuePromises(
    {
      promises: async (query) => {
        asked.push(query.toString());
        return { promises: mine, next: null };
      },
    },
    ({ promise, isMissed }) => rung.push(`${promise} ${isMissed ? 'missed' : 'due'}`),
  );

describe('the own promises that press', () => {
  test('are those due within the hour or overdue, and only the own are asked for', async () => {
    const own = due();
    mine = [owed(1, Date.now() - hour), owed(2, Date.now() + hour / 2), owed(3, Date.now() + 2 * hour)];
    await own.load();
    expect(own.count.value).toBe(2);
    expect(own.isLate.value).toBe(true);
    expect(asked).toEqual(['view=mine&state=open']);
    own.close();
  });

  test('ring when they come due or are missed; what others missed does not, and all is looked at anew', async () => {
    const own = due();
    mine = [owed(1, Date.now() + hour / 2)];
    await own.load();
    own.take(news(1, false));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    own.take(news(9, true));
    own.take(news(1, true));
    expect(rung).toEqual(['1 due', '1 missed']);
    mine = [];
    await own.load();
    expect(own.count.value).toBe(0);
    own.close();
  });
});
