import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CustomerCommandName } from '../../protocol/commands.ts';
import { createOutbox } from '../../widget/core/outbox.ts';
import type { Entry } from '../../widget/core/outbox-rules.ts';
import {
  expire,
  isExpired,
  isSendable,
  move,
  type Outcome,
  settle,
} from '../../widget/core/sending-rules.ts';
import { createStorage } from '../../widget/core/storage.ts';
import { createBrowser } from './support/browser.ts';

const refused = (
  code: 'forbidden' | 'rate_limited' | 'unauthenticated' | 'already_waiting',
  retryable: boolean,
) => ({ ok: false, code, message: '', retryable }) as const;

/** What a send can come to, and whether the server has carried it out. */
const fates = fc.constantFrom(
  { outcome: 'accepted', isDone: true },
  { outcome: 'lost', isDone: true },
  { outcome: 'lost', isDone: false },
  { outcome: 'unreached', isDone: false },
  { outcome: refused('rate_limited', true), isDone: false },
  { outcome: refused('unauthenticated', false), isDone: false },
  { outcome: refused('forbidden', false), isDone: false },
);

const openOutbox = () => {
  const tab = createBrowser().tab();
  return { tab, store: tab.store, outbox: createOutbox(createStorage(tab, 'test')) };
};

const entryOf = (name: CustomerCommandName, changes: Partial<Entry> = {}): Entry => ({
  cid: 'c',
  conversationId: 'one',
  at: 0,
  name,
  body: name === 'message:send' ? { text: 'Hello' } : {},
  state: 'queued',
  code: null,
  tries: 0,
  losses: 0,
  ackedSeq: null,
  ...changes,
});

describe('the outbox as a machine', () => {
  test('[D1] [D6] whatever happens to sends, the server has each message once, in order, and none is lost unseen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fates, { maxLength: 60 }), (count, fateList) => {
        const { outbox } = openOutbox();
        const written = Array.from({ length: count }, (_, index) => `message ${index}`);
        const cids = written.map((text) => outbox.add('one', 'message:send', { text }));
        const log: string[] = [];
        for (const { outcome, isDone } of fateList) {
          const entry = outbox.refresh().find(isSendable);
          if (entry === undefined) break;
          outbox.change(entry.cid, (stored) => ({ ...stored, state: 'sending', tries: stored.tries + 1 }));
          // The server answers a repeated cid as before (D1).
          const isRepeat = log.includes(entry.cid);
          if (isDone && !isRepeat) log.push(entry.cid);
          const accepted = { ok: true, seq: log.indexOf(entry.cid) + 1, isRepeat } as const;
          const isAnswer = typeof outcome === 'object' || outcome === 'accepted';
          const result: Outcome =
            isRepeat && isAnswer ? accepted : outcome === 'accepted' ? accepted : outcome;
          outbox.change(entry.cid, (stored) => settle(stored, result));
        }
        const entries = outbox.refresh();
        expect(
          entries.map(({ cid }) => cid),
          'all are there until confirmed',
        ).toEqual(cids);
        expect(new Set(log).size).toBe(log.length);
        expect(log, 'in the order in which they were written').toEqual(
          cids.filter((cid) => log.includes(cid)),
        );
        for (const entry of entries) {
          expect(entry.ackedSeq !== null && entry.state === 'failed').toBe(false);
          expect(entry.losses).toBeLessThanOrEqual(3);
          if (entry.ackedSeq !== null) expect(log).toContain(entry.cid);
        }
        // What is not done and not under way is either shown as failed or still to be sent.
        for (const { cid, state } of entries.filter((entry) => entry.ackedSeq === null)) {
          expect(['queued', 'failed'], cid).toContain(state);
        }
      }),
    );
  });

  test('[D6] what is kept is what another tab, or the next visit, finds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { maxLength: 20 }), (texts) => {
        const { tab, outbox } = openOutbox();
        for (const text of texts) outbox.add('one', 'message:send', { text });
        const elsewhere = createOutbox(createStorage(tab, 'test'));
        expect(elsewhere.entries.value).toEqual(outbox.entries.value);
        expect(elsewhere.entries.value.map(({ body }) => body)).toEqual(texts.map((text) => ({ text })));
        expect(createOutbox(createStorage(tab, 'another site')).entries.value).toEqual([]);
      }),
    );
  });
});

test('[D6] a full outbox shows what does not fit as failed and keeps it out of the storage', () => {
  const { store, outbox } = openOutbox();
  for (let count = 0; count < 101; count++) outbox.add('one', 'message:send', { text: 'x' });
  expect(outbox.entries.value).toHaveLength(101);
  expect(outbox.entries.value.at(-1)).toMatchObject({ state: 'failed', code: 'rate_limited' });
  expect(store.keys()).toHaveLength(100);
  const [first, last] = [outbox.entries.value.at(0), outbox.entries.value.at(-1)];
  outbox.change(first?.cid ?? '', () => null);
  outbox.retry(last?.cid ?? '');
  expect(outbox.entries.value.at(-1)?.state, 'there is room again').toBe('queued');
  const big = openOutbox();
  for (let count = 0; count < 40; count++) big.outbox.add('one', 'message:send', { text: 'x'.repeat(8_000) });
  expect(big.outbox.entries.value).toHaveLength(40);
  const stored = big.store.keys().reduce((sum, key) => sum + (big.store.get(key)?.length ?? 0), 0);
  expect(stored).toBeLessThanOrEqual(256 * 1_024);
});

test('unreadable entries and foreign keys are passed over', () => {
  const { store, outbox } = openOutbox();
  outbox.add('one', 'message:send', { text: 'fine' });
  store.set('handrail/1/test/outbox/broken', '{');
  store.set('outbox/foreign', '{}');
  expect(outbox.refresh().map(({ body }) => body)).toEqual([{ text: 'fine' }]);
});

test('[D6] after a day what was not sent is shown as expired, and can be sent after all', () => {
  const day = 24 * 60 * 60 * 1_000;
  const entry = entryOf('message:send');
  expect(isExpired(entry, day)).toBe(false);
  expect(isExpired(entry, day + 1)).toBe(true);
  expect(isExpired({ ...entry, ackedSeq: 3 }, day + 1)).toBe(false);
  expect(expire(entry)).toMatchObject({ state: 'failed', code: 'expired' });
  expect(expire(entryOf('handoff:cancel'))).toBeNull();
});

test('refusals that no longer matter are dropped without a word', () => {
  expect(settle(entryOf('handoff:request'), refused('already_waiting', false))).toBeNull();
  expect(
    settle(entryOf('handoff:cancel'), { ...refused('forbidden', false), code: 'not_waiting' }),
  ).toBeNull();
  expect(settle(entryOf('answer:end'), { ...refused('forbidden', false), code: 'stale_turn' })).toBeNull();
  expect(settle(entryOf('handoff:request'), refused('forbidden', false))).toMatchObject({ state: 'failed' });
});

test('what the customer thought, shared or asked for is shown when it is refused', () => {
  const names = [
    'message:send',
    'handoff:request',
    'transcript:share',
    'followup:ask',
    'feedback:give',
    'feedback:share',
    'conversation:rate',
  ] as const;
  for (const name of names)
    expect(settle(entryOf(name), refused('forbidden', false)), name).toMatchObject({ state: 'failed' });
});

test('into a new conversation goes what was said and the wish for a person', () => {
  expect(move(entryOf('message:send', { ackedSeq: 4, state: 'sending' }), 'two')).toMatchObject({
    conversationId: 'two',
    state: 'queued',
    ackedSeq: null,
  });
  expect(move(entryOf('handoff:request'), 'two')?.conversationId).toBe('two');
  expect(move(entryOf('message:send', { state: 'failed', code: 'too_large' }), 'two')?.state).toBe('failed');
  expect(move(entryOf('feedback:give'), 'two')).toBeNull();
});

test('a new opinion takes the place of one that could not be sent', () => {
  const { outbox } = openOutbox();
  const give = (turn: number) =>
    outbox.add('one', 'feedback:give', { turn, verdict: 'up', reasons: [], comment: '' });
  const failed = give(1);
  const other = give(2);
  for (const cid of [failed, other])
    outbox.change(cid, (entry) => settle(entry, refused('forbidden', false)));
  const renewed = give(1);
  expect(outbox.entries.value.map(({ cid }) => cid)).toEqual([other, renewed]);
});
