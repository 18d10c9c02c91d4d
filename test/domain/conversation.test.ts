import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { Fact, type FactType } from '../../protocol/conversation.ts';
import { type RefusalCode, refusals } from '../../protocol/errors.ts';
import { visibleTo } from '../../server/domain/audience.ts';
import { type Conversation, isSameButSeq, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { evolve } from '../../server/domain/evolve.ts';
import { emptySummary, summarise } from '../../server/domain/summary.ts';
import { lintFacts } from '../support/facts-linter.ts';
import { expectSoundFacts, expectSoundState, expectSummaryAgrees } from './invariants.ts';
import { type Site, type Step, story } from './moves.ts';

const isFact = Compile(Fact);
const startedAt = 1_800_000_000_000;

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

/** How the number of bad answers changes by these facts, after those: what the store counts. */
function downvotesBy(facts: readonly Fact[], before: readonly Fact[]): number {
  const verdicts = new Map<number, string>();
  for (const fact of before) if (fact.type === 'feedback.given') verdicts.set(fact.turn, fact.verdict);
  let change = 0;
  for (const fact of facts) {
    if (fact.type !== 'feedback.given') continue;
    change += Number(fact.verdict === 'down') - Number(verdicts.get(fact.turn) === 'down');
    verdicts.set(fact.turn, fact.verdict);
  }
  return change;
}

/** Plays a story; `onStep` sees every state that it passes through. */
function play(
  steps: readonly Step[],
  site: Site,
  onStep: (seen: { state: Conversation; facts: readonly Fact[]; code: RefusalCode | null }) => void,
) {
  let state: Conversation = unstarted;
  let facts: readonly Fact[] = [];
  let row = emptySummary(startedAt);
  let now = startedAt;
  for (const { move, afterMs, partialText, isLastAgentOnline } of steps) {
    now += afterMs;
    // Frozen: whoever changes what it was given, instead of making something new, throws.
    const command = deepFreeze(move(state, now));
    const world = deepFreeze({ now, partialText, isLastAgentOnline, ...site });
    const decision = decide(deepFreeze(state), command, world);
    expect(decide(state, command, world), 'the same question has the same answer').toEqual(decision);
    if (decision.ok) {
      expect(decision.facts.length, 'what is accepted leaves a fact').toBeGreaterThan(0);
      for (const fact of decision.facts) expect(isFact.Check(fact), JSON.stringify(fact)).toBe(true);
      if (isSameButSeq(state, decision.state)) {
        expect({ ...state, seq: decision.state.seq }, 'what is taken for kept is kept').toEqual(
          decision.state,
        );
      }
      row = summarise(row, decision.facts, decision.state, downvotesBy(decision.facts, facts));
      facts = [...facts, ...decision.facts];
      state = decision.state;
    } else {
      expect(Object.keys(decision), 'a refusal changes nothing: it carries no facts and no state').toEqual([
        'ok',
        'code',
      ]);
      expect(Object.keys(refusals)).toContain(decision.code);
    }
    expectSoundState(state, facts);
    expectSummaryAgrees(row, state, facts);
    onStep({ state, facts, code: decision.ok ? null : decision.code });
  }
  return { state, facts };
}

const amongAgents: readonly FactType[] = [
  'note.added',
  'answer.improved',
  'handoff.declined',
  'handoff.raised',
];

describe('a conversation, whatever happens in it', () => {
  test('words between a customer and a person leave all of the state but its seq alone', () => {
    const by = { kind: 'customer' } as const;
    const sent = { type: 'message.sent', cid: 'c', text: 'Hello', at: startedAt, by } as const;
    const agent = { id: 'a', name: 'Ada' };
    const accepted = {
      type: 'handoff.accepted',
      agent,
      at: startedAt,
      by: { kind: 'agent', ...agent },
    } as const;
    const withBot = evolve(unstarted, { ...sent, seq: 1 });
    expect(isSameButSeq(unstarted, withBot), 'the bot looks back at what was said').toBe(false);
    const withPerson = evolve(withBot, { ...accepted, seq: 2 });
    expect(isSameButSeq(withBot, withPerson)).toBe(false);
    expect(isSameButSeq(withPerson, evolve(withPerson, { ...sent, seq: 3 }))).toBe(true);
  });

  test('keeps its invariants, replays to its state and never shows a note to the customer', () => {
    const factTypes = new Map<FactType, number>();
    const statuses = new Map<string, number>();
    const codes = new Map<RefusalCode, number>();
    const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

    fc.assert(
      fc.property(story, ({ steps, site }) => {
        const { state, facts } = play(steps, site, (seen) => {
          count(statuses, seen.state.status);
          if (seen.code !== null) count(codes, seen.code);
        });
        for (const fact of facts) count(factTypes, fact.type);
        expectSoundFacts(facts, unstarted);
        // Who is asked for a person and when is the queue's to tell; here nobody tells.
        expect(lintFacts(facts, 0).filter((wrong) => !wrong.includes('then silence'))).toEqual([]);
        expect(facts.reduce(evolve, unstarted), 'replay gives the saved state').toEqual(state);
        expect(JSON.parse(JSON.stringify(state)), 'the state survives the store').toEqual(state);
        const seen = visibleTo('customer', facts);
        const isAmongAgents = ({ type }: Fact) => amongAgents.includes(type);
        expect(seen.filter(isAmongAgents)).toEqual([]);
        expect(seen.length + facts.filter(isAmongAgents).length).toBe(facts.length);
        expect(seen.filter((fact) => 'cause' in fact || 'because' in fact)).toEqual([]);
        expect(visibleTo('agent', facts)).toEqual(facts);
      }),
      { numRuns: 400 },
    );

    // The stories went everywhere: otherwise the above has shown little. The rarest of these comes a dozen times.
    const everyFact = Fact.anyOf.map((fact) => fact.properties.type.const);
    expect([...factTypes.keys()].sort()).toEqual([...everyFact].sort());
    expect([...statuses.keys()].sort()).toEqual(['bot', 'human', 'resolved', 'waiting']);
    // Others are rare here; `receipts.test.ts` and `promises.test.ts` reach them.
    const everyOften: RefusalCode[] = [
      'already_human',
      'already_resolved',
      'already_told',
      'already_waiting',
      'bad_deadline',
      'no_such_feedback',
      'no_such_promise',
      'no_such_turn',
      'not_assigned',
      'not_bots_turn',
      'not_due',
      'not_found',
      'not_offered',
      'not_retryable',
      'not_theirs',
      'not_waiting',
      'offered_to_another',
      'rating_too_early',
      'stale_turn',
      'wrong_bot',
    ];
    expect(everyOften.filter((code) => !codes.has(code))).toEqual([]);
  });
});
