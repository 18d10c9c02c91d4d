import { expect, test } from 'vitest';
import { createLoad } from '../../bench/load.ts';
import { median, percentiles } from '../../bench/statistics.ts';
import type { Wire } from '../../bench/wire.ts';

type Deliver = (reader: 'customer' | 'agent', facts: object) => void;

/** A relay without a network; `handle` decides what becomes of each message. */
function loadOn(handle: (cid: string, answer: (ok: boolean) => void, deliver: Deliver) => void) {
  const customer: Wire = {
    ask: (_event, json, done) => {
      const { cid } = JSON.parse(json) as { cid: string };
      const deliver: Deliver = (reader, facts) => load.received(reader, JSON.stringify(['facts', facts]));
      setImmediate(() => handle(cid, (ok) => done(JSON.stringify([{ ok }])), deliver));
    },
    request: () => Promise.reject(new Error('not asked here')),
    emit: () => undefined,
    close: () => undefined,
  };
  const load = createLoad([{ id: 'c1', customer }], {
    textBytes: 20,
    hasSeq: true,
    settleWithinMs: 100,
  });
  return load;
}

/** Numbers the facts of the one conversation, as the server does. */
function counting() {
  let seq = 0;
  return (cid: string, step = 1) => {
    const after = seq;
    seq += step;
    return { after, through: seq, facts: [{ seq, cid }] };
  };
}

test('a load whose messages all arrive has nothing to complain of, and durations from when they were due', async () => {
  const next = counting();
  const load = loadOn((cid, answer, deliver) => {
    const facts = next(cid);
    deliver('customer', facts);
    deliver('agent', facts);
    answer(true);
  });
  const { perSecond } = await load.saturate({ outstanding: 2, warmUpMs: 5, ms: 30 });
  const { done, ack } = await load.pace({ perSecond: 500, warmUpMs: 10, ms: 40 });
  expect(perSecond).toBeGreaterThan(0);
  expect(done.p50Ms).toBeGreaterThanOrEqual(ack.p50Ms);
  expect(load.acknowledged()).toBeGreaterThan(20);
  expect(load.problems()).toEqual([]);
});

const once = { outstanding: 1, warmUpMs: 1, ms: 5 };
const faults: [string, string, Parameters<typeof loadOn>[0]][] = [
  ['is never answered', 'never answered', () => undefined],
  ['is refused', 'refused', (_cid, answer) => answer(false)],
  [
    'is acknowledged and never delivered',
    'did not reach the other side',
    (cid, answer, deliver) => {
      deliver('customer', counting()(cid));
      answer(true);
    },
  ],
  [
    'does not come back to its sender',
    'did not come back',
    (cid, answer, deliver) => {
      deliver('agent', counting()(cid));
      setTimeout(() => answer(true), 20);
    },
  ],
];
test.each(faults)('a message that %s is told', async (_what, told, handle) => {
  const load = loadOn(handle);
  await load.saturate(once);
  expect(load.problems().join('\n')).toContain(told);
});

test('a message delivered twice, and a gap in what a reader gets, are told', async () => {
  const next = counting();
  let count = 0;
  const load = loadOn((cid, answer, deliver) => {
    count += 1;
    // The third skips a seq.
    const facts = next(cid, count === 3 ? 2 : 1);
    deliver('customer', facts);
    deliver('agent', facts);
    if (count === 1) deliver('customer', facts);
    answer(true);
  });
  await load.saturate({ outstanding: 4, warmUpMs: 1, ms: 5 });
  const problems = load.problems().join('\n');
  expect(problems).toContain('1 messages were delivered twice');
  expect(problems).toContain('out of order or left a gap');
});

test('medians and percentiles are of what was measured', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentiles(hundred)).toEqual({ p50Ms: 50, p99Ms: 99, maxMs: 100 });
  expect(percentiles([])).toEqual({ p50Ms: Number.NaN, p99Ms: Number.NaN, maxMs: Number.NaN });
});
