import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import type { Hours } from '../../server/domain/hours.ts';
import { ledgerOf, remindAt } from '../../server/domain/promises.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import {
  accept,
  agent,
  ana,
  ask,
  ben,
  cancel,
  decisionOn,
  endByCustomer,
  factsOf,
  handBack,
  reply,
  resolve,
  say,
  server,
  toAgent,
  withAna,
} from './commands.ts';
import { story } from './moves.ts';

const minute = 60_000;
const promise = (dueAt: number, by = ana) =>
  agent(by, { name: 'promise:make', kind: 'follow_up', text: 'I check with billing.', dueAt });
const keep = (promise: number, by = ana) => agent(by, { name: 'promise:keep', promise });
const takeBack = (promise: number, by = ana) =>
  agent(by, { name: 'promise:cancel', promise, why: 'Billing has written to you.' });
const overdue = (promise: number) => server({ name: 'promise:overdue', promise });
const told = (toMs: number) =>
  server({ name: 'queue:tell', place: 1, isAnyoneOnline: true, wait: { fromMs: 0, toMs } });
/** With Ana, who has promised something for the first minute. */
const promised = [...withAna, promise(minute)] as const;
const number = (() => {
  const decision = decisionOn(promised);
  if (!decision.ok) throw new Error(decision.code);
  return decision.state.seq;
})();

test('whatever happens, a promise that was made is open or has ended, once, and the ledger says the same', () => {
  let made = 0;
  let ended = 0;
  fc.assert(
    fc.property(story, ({ steps, site }) => {
      let state: Conversation = unstarted;
      let now = 1_800_000_000_000;
      const ledger = new Map<number, string>();
      for (const { move, afterMs, partialText, isLastAgentOnline } of steps) {
        now += afterMs;
        const before = state.promises;
        const decision = decide(state, move(state, now), { now, partialText, isLastAgentOnline, ...site });
        if (!decision.ok) continue;
        state = decision.state;
        const entries = ledgerOf(before, decision.facts);
        for (const { promise, dueAt, madeAt } of entries.made) {
          expect(ledger.has(promise), 'no number twice').toBe(false);
          expect(dueAt).toBeGreaterThanOrEqual(madeAt);
          ledger.set(promise, 'open');
        }
        for (const { promise, state, why } of entries.ended) {
          expect(ledger.get(promise), 'ends once, and what was made').toBe('open');
          expect(why !== '', 'with a word where it is taken back').toBe(state === 'cancelled');
          ledger.set(promise, state);
        }
        const open = [...ledger].filter(([, state]) => state === 'open').map(([promise]) => promise);
        expect(open, 'what is open in the ledger is so in the conversation').toEqual(
          state.promises.map(({ promise }) => promise),
        );
      }
      made += ledger.size;
      // Long after, whatever is left ends as missed: none is forgotten.
      now += 365 * 86_400_000;
      for (const { promise } of state.promises) {
        const world = { now, partialText: '', isLastAgentOnline: false, ...site };
        const decision = decide(state, overdue(promise), world);
        expect(decision.ok).toBe(true);
        if (decision.ok) state = decision.state;
      }
      expect(state.promises.filter(({ dueAt }) => dueAt < now)).toEqual([]);
      ended += [...ledger.values()].filter((one) => one !== 'open').length;
    }),
    { numRuns: 300 },
  );
  expect(made).toBeGreaterThan(120);
  expect(ended).toBeGreaterThan(60);
});

describe('what an agent promises', () => {
  test('is theirs, with a deadline, while they have the conversation', () => {
    const decision = decisionOn(promised);
    expect(decision.ok && decision.state.promises).toEqual([
      {
        promise: number,
        kind: 'follow_up',
        text: 'I check with billing.',
        owner: ana,
        madeAt: 0,
        dueAt: minute,
      },
    ]);
    expect(factsOf([...withAna, promise(minute, ben)])).toBe('not_assigned');
    expect(factsOf([say, promise(minute)])).toBe('not_assigned');
  });

  test('is due after now, and within ninety days', () => {
    expect(factsOf([...withAna, promise(0)])).toBe('bad_deadline');
    expect(factsOf([...withAna, promise(91 * 86_400_000)])).toBe('bad_deadline');
  });

  test('is not the eleventh that is open', () => {
    const ten = Array.from({ length: 10 }, () => promise(minute));
    expect(factsOf([...withAna, ...ten, promise(minute)])).toBe('too_many_promises');
    expect(factsOf([...withAna, ...ten, keep(number), promise(minute)])).toEqual(['promise.made']);
  });

  test('is kept or taken back by its owner, or by whoever has the conversation', () => {
    expect(factsOf([...promised, keep(number)])).toEqual(['promise.kept']);
    expect(factsOf([...promised, takeBack(number)])).toEqual(['promise.cancelled']);
    expect(factsOf([...promised, keep(number, ben)])).toBe('not_your_promise');
    expect(factsOf([...promised, toAgent, keep(number, ben)])).toEqual(['promise.kept']);
    expect(factsOf([...promised, toAgent, keep(number, ana)])).toEqual(['promise.kept']);
    expect(factsOf([...promised, keep(number), keep(number)])).toBe('no_such_promise');
  });

  test('outlives handing back and resolving', () => {
    for (const leave of [handBack(), resolve(), endByCustomer])
      expect(factsOf([...promised, leave, keep(number)])).toEqual(['promise.kept']);
  });

  test('done after its deadline it was missed', () => {
    expect(factsOf([...promised, { wait: minute + 1 }, keep(number)])).toEqual(['promise.missed']);
    expect(factsOf([...promised, { wait: minute + 1 }, takeBack(number)])).toEqual(['promise.missed']);
  });
});

describe('a deadline that passes', () => {
  test('not before it has, and once', () => {
    expect(factsOf([...promised, overdue(number)])).toBe('not_due');
    expect(factsOf([...promised, { wait: minute + 1 }, overdue(number), overdue(number)])).toBe(
      'no_such_promise',
    );
  });

  test('is an apology alone while a person is there or waited for', () => {
    expect(factsOf([...promised, { wait: minute + 1 }, overdue(number)])).toEqual(['promise.missed']);
    expect(factsOf([...promised, handBack(), ask, { wait: minute + 1 }, overdue(number)])).toEqual([
      'promise.missed',
    ]);
  });

  test('brings a person, before others, to whom nobody looks after', () => {
    const back = decisionOn([...promised, handBack(), { wait: minute + 1 }, overdue(number)]);
    expect(back.ok && back.facts.map(({ type }) => type)).toEqual(['promise.missed', 'handoff.requested']);
    expect(back.ok && back.state).toMatchObject({
      status: 'waiting',
      reason: 'promise_missed',
      priority: 'high',
      promises: [],
    });
    expect(factsOf([...promised, resolve(), { wait: minute + 1 }, overdue(number)])).toEqual([
      'promise.missed',
      'conversation.reopened',
      'handoff.requested',
    ]);
  });
});

describe('an estimate', () => {
  const endOf = (steps: Parameters<typeof decisionOn>[0]) => {
    const before = decisionOn(steps.slice(0, -1));
    const after = decisionOn(steps);
    if (!before.ok || !after.ok) throw new Error('refused');
    return ledgerOf(before.state.promises, after.facts).ended.map(({ state }) => state);
  };
  test('is kept by a person who comes in time, missed by one who does not, void for who waits no longer', () => {
    expect(endOf([ask, told(minute), accept()])).toEqual(['kept']);
    expect(endOf([ask, told(minute), { wait: minute + 1 }, accept()])).toEqual(['missed']);
    expect(endOf([ask, told(minute), cancel])).toEqual(['cancelled']);
    expect(endOf([ask, told(minute), resolve()])).toEqual(['cancelled']);
    expect(endOf([ask, told(minute), { wait: minute + 1 }, overdue(3)])).toEqual(['missed']);
  });
  test('that was too short moves nobody in the queue', () => {
    expect(factsOf([ask, told(minute), { wait: minute + 1 }, overdue(3)])).toEqual(['promise.missed']);
  });
  test('is no agent’s to keep', () => {
    expect(factsOf([ask, told(minute), keep(3)])).toBe('no_such_promise');
  });
});

describe('who asks while the site is closed', () => {
  const week = ([1, 2, 3, 4, 5] as const).map((day) => ({ day, from: '09:00', to: '17:00' }));
  const hours: Hours = { zone: 'Europe/Berlin', week, holidays: [] };
  /** Friday, 18:00 in Berlin; it opens on Monday at 9:00. */
  const friday = Date.UTC(2027, 0, 15, 17);
  const monday = Date.UTC(2027, 0, 18, 8);
  const hour = 60 * minute;

  /** Facts of the last of these commands. @param at when each is given */
  function factsAt(steps: readonly (readonly [number, Parameters<typeof decide>[1]])[]): readonly Fact[] {
    let state: Conversation = unstarted;
    let facts: readonly Fact[] = [];
    for (const [now, command] of steps) {
      const answers = { hours: { everyone: hours, teams: {} }, withinMs: 2 * hour };
      const world = {
        now,
        partialText: '',
        isLastAgentOnline: false,
        isBotInPage: false,
        policy: defaultPolicy,
      };
      const decision = decide(state, command, { ...world, answers });
      if (!decision.ok) throw new Error(decision.code);
      ({ facts, state } = decision);
    }
    return facts;
  }
  const types = (facts: readonly Fact[]) => facts.map(({ type }) => type);

  test('is promised an answer by the team, so long after it opens', () => {
    const facts = factsAt([[friday, ask]]);
    expect(facts.at(-1)).toMatchObject({
      type: 'promise.made',
      by: { kind: 'system' },
      kind: 'answer',
      owner: null,
      dueAt: monday + 2 * hour,
    });
    expect(types(factsAt([[monday + 1, ask]]))).not.toContain('promise.made');
  });

  test('by a word of a person it is kept; by asking no more it is void; asked twice it is promised once', () => {
    const asked = [friday, ask] as const;
    expect(types(factsAt([asked, [monday, accept()], [monday + hour, reply()]]))).toEqual([
      'message.sent',
      'promise.kept',
    ]);
    expect(types(factsAt([asked, [monday, accept()], [monday + 3 * hour, reply()]]))).toEqual([
      'promise.missed',
      'message.sent',
    ]);
    expect(types(factsAt([asked, [friday + 1, cancel]]))).toEqual(['handoff.cancelled', 'promise.cancelled']);
    expect(types(factsAt([asked, [friday, accept()], [friday, handBack()], [friday + 1, ask]]))).toEqual([
      'handoff.requested',
    ]);
  });

  test('missed at night, a promise is followed by a new one with a time', () => {
    const facts = factsAt([
      [friday - 2 * hour, ask],
      [friday - 2 * hour, accept()],
      [friday - 2 * hour, promise(friday)],
      [friday - hour, handBack()],
      [friday + 1, overdue(4)],
    ]);
    expect(types(facts)).toEqual(['promise.missed', 'handoff.requested', 'promise.made']);
    expect(facts.at(-1)).toMatchObject({ kind: 'answer', dueAt: monday + 2 * hour });
  });
});

test('the owner is reminded so long before, but not in the first half of the time', () => {
  const remind = (madeAt: number, dueAt: number) => remindAt({ madeAt, dueAt }, { remindMs: 30 * minute });
  expect(remind(0, 120 * minute)).toBe(90 * minute);
  expect(remind(0, 10 * minute)).toBe(5 * minute);
});
