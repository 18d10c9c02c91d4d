import { describe, expect, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { lintFacts } from '../support/facts-linter.ts';

type Body = Fact extends infer F ? (F extends Fact ? Omit<F, 'seq' | 'at' | 'by'> : never) : never;
const ana = { id: 'ana', name: 'Ana' };
const [bot, customer, system] = [{ kind: 'bot' }, { kind: 'customer' }, { kind: 'system' }] as const;
const byAna = { kind: 'agent', ...ana } as const;

/** Facts a second apart, from 0; `after` is the pause before one, ms. */
function factsOf(...bodies: [Body, Fact['by'], number?][]): Fact[] {
  let at = 0;
  return bodies.map(([body, by, after = 1_000], index) => {
    at += after;
    return { ...body, seq: index + 1, at, by } as Fact;
  });
}

const asked: Body = {
  type: 'handoff.requested',
  reason: 'customer_asked',
  detail: '',
  priority: 'normal',
  team: null,
};
const told: Body = { type: 'queue.told', place: 1, isAnyoneOnline: true, wait: null };
const accepted: Body = { type: 'handoff.accepted', agent: ana };
const returned: Body = { type: 'handoff.returned', agent: ana, decision: '' };
const started = (turn: number): Body => ({ type: 'answer.started', turn, question: 1 });
const ended = (turn: number, text: string): Body => ({
  type: 'answer.ended',
  turn,
  outcome: 'answered',
  text,
  sources: [],
  failure: null,
});
const corrected = (turn: number): Body => ({ type: 'answer.corrected', turn, quote: 'call you back' });
const promise = 'One of our agents will call you back within the hour.';

describe('the linter over the facts of all tests', () => {
  const fine: [string, Fact[], number][] = [
    ['a request that is answered with a place', factsOf([asked, customer], [told, system]), 60_000],
    ['a request of a moment ago', factsOf([asked, customer]), 5_900],
    ['a person who comes at once', factsOf([asked, customer], [accepted, byAna]), 60_000],
    [
      'a bot that speaks again after the hand back',
      factsOf([asked, customer], [accepted, byAna], [returned, byAna], [started(1), bot]),
      60_000,
    ],
    [
      'a promise that is made true at once',
      factsOf([ended(1, promise), bot], [asked, system, 0], [told, system]),
      60_000,
    ],
    [
      'a promise while a person has been asked for',
      factsOf([asked, customer], [told, system], [ended(1, promise), bot]),
      60_000,
    ],
    [
      'a promise that the customer stopped by ending all, although another one was overdue by then',
      factsOf(
        [started(1), bot],
        [{ ...ended(1, promise), outcome: 'stopped' } as Body, bot],
        [{ type: 'promise.missed', promise: 1 }, system, 0],
        [{ type: 'conversation.resolved', outcome: 'solved' }, customer, 0],
      ),
      60_000,
    ],
  ];
  for (const [name, facts, now] of fine) {
    test(`lets pass: ${name}`, () => expect(lintFacts(facts, now)).toEqual([]));
  }

  const caughtByEnd = factsOf([started(1), bot], [corrected(1), system], [ended(1, promise), bot]);
  test('lets pass: a promise that was taken back while it streamed', () =>
    expect(lintFacts(caughtByEnd, 60_000)).toEqual([]));

  const wrong: [string, Fact[], number, RegExp][] = [
    ['a request and then nothing', factsOf([asked, customer]), 6_100, /silence for 5100 ms/],
    ['a place that comes late', factsOf([asked, customer], [told, system, 5_001]), 60_000, /silence/],
    [
      'a bot that speaks over a person',
      factsOf([asked, customer], [accepted, byAna], [started(1), bot]),
      60_000,
      /seq 3: answer.started by the bot/,
    ],
    [
      'a bot that speaks after the end',
      factsOf([{ type: 'conversation.resolved', outcome: 'solved' }, customer], [ended(1, 'x'), bot]),
      60_000,
      /by the bot/,
    ],
    [
      'a promise in an answer that was stopped',
      factsOf(
        [started(1), bot],
        [{ ...ended(1, promise), outcome: 'stopped' } as Body, bot],
        [started(2), bot],
      ),
      60_000,
      /call you back/,
    ],
    [
      'a promise that is taken back twice',
      factsOf([started(1), bot], [corrected(1), system], [ended(1, promise), bot], [corrected(1), system]),
      60_000,
      /turn 1 is caught again/,
    ],
    ['a promise that nobody hears of', factsOf([ended(1, promise), bot]), 60_000, /call you back/],
  ];
  for (const [name, facts, now, complaint] of wrong) {
    test(`finds: ${name}`, () => expect(lintFacts(facts, now).join()).toMatch(complaint));
  }
});
