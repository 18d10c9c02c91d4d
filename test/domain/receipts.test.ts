import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { FeedbackAbout, FeedbackRules, ReviewStatus } from '../../protocol/feedback.ts';
import { visibleTo } from '../../server/domain/audience.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import {
  defaultFeedbackRules,
  mayMove,
  receiptChanges,
  trainingChoice,
} from '../../server/domain/receipts.ts';
import {
  type At,
  agent,
  ana,
  customer,
  decisionOn,
  end,
  endByCustomer,
  feedback,
  handBack,
  rate,
  say,
  withAna,
} from './commands.ts';
import { story } from './moves.ts';

const review = (status: ReviewStatus, about: FeedbackAbout = 1, word = 'The table was old.') =>
  agent(ana, { name: 'feedback:review', about, status, word });
const takeBack = customer({ name: 'feedback:give', turn: 1, verdict: 'none', reasons: [], comment: '' });
const rateHandoff = customer({ name: 'handoff:rate', hadToRepeat: false, wasWaitAsSaid: true });
const judged = [say, end(1), feedback(1)] as const;

const statusAfter = (...steps: At[]) => {
  const decision = decisionOn(steps);
  if (!decision.ok) throw new Error(decision.code);
  return decision.state.receipts.map(({ about, status }) => [about, status]);
};

test('whatever happens, the ledger of receipts says what the state says, and each moves only as it may', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(story, ({ steps, site }) => {
      let state: Conversation = unstarted;
      let now = 1_800_000_000_000;
      const ledger = new Map<FeedbackAbout, string>();
      for (const { move, afterMs, partialText, isLastAgentOnline } of steps) {
        now += afterMs;
        const { receipts } = state;
        const decision = decide(state, move(state, now), { now, partialText, isLastAgentOnline, ...site });
        if (!decision.ok) continue;
        state = decision.state;
        for (const { about, receipt, isNew, word } of receiptChanges(receipts, decision.facts)) {
          const before = ledger.get(about);
          if (receipt === null) {
            ledger.delete(about);
            continue;
          }
          const { status } = receipt;
          if (status !== 'received' && word !== null) {
            expect(mayMove((before ?? 'received') as 'received', status)).toBe(true);
            if (status === 'not_changed') expect(word.trim(), 'with a word why').not.toBe('');
          }
          // What is kept in the database is written where it begins and where it is reviewed.
          if (isNew || word !== null) ledger.set(about, status);
          seen.add(status);
        }
      }
      expect(new Map(state.receipts.map(({ about, status }) => [about, status]))).toEqual(ledger);
    }),
    // So many that chance does not leave one out: 500 once did.
    { numRuns: 2_000 },
  );
  expect([...seen].sort(), 'the stories reach all of it').toEqual([
    'changed',
    'looked_at',
    'not_changed',
    'received',
  ]);
});

describe('a receipt', () => {
  test('begins with what is said, of answers, the conversation and the handoff, whoever has it', () => {
    expect(statusAfter(...judged)).toEqual([[1, 'received']]);
    expect(statusAfter(say, endByCustomer, rate)).toEqual([['conversation', 'received']]);
    expect(statusAfter(...withAna, handBack(), rateHandoff)).toEqual([['handoff', 'received']]);
    expect(statusAfter(...judged, endByCustomer, review('looked_at'))).toEqual([[1, 'looked_at']]);
  });

  test('ends with what is taken back, keeps its place when more is said, and begins anew after its end', () => {
    expect(statusAfter(...judged, takeBack)).toEqual([]);
    expect(statusAfter(...judged, review('looked_at'), feedback(1))).toEqual([[1, 'looked_at']]);
    expect(statusAfter(...judged, review('changed'), feedback(1))).toEqual([[1, 'received']]);
  });

  const refused: [string, At[], RefusalCode][] = [
    ['nothing was said', [say, end(1), review('looked_at')], 'no_such_feedback'],
    ['it was taken back', [...judged, takeBack, review('changed')], 'no_such_feedback'],
    ['another answer is meant', [...judged, review('changed', 2)], 'no_such_feedback'],
    ['it was looked at', [...judged, review('looked_at'), review('looked_at')], 'already_reviewed'],
    ['it was changed', [...judged, review('changed'), review('not_changed')], 'already_reviewed'],
    ['nobody says why not', [...judged, review('not_changed', 1, ' ')], 'word_needed'],
    ['there was no person to rate', [say, end(1), rateHandoff], 'rating_too_early'],
  ];
  test.each(refused)('does not move where %s', (_, steps, code) => {
    expect(decisionOn(steps)).toEqual({ ok: false, code });
  });

  test('tells the customer what became of it, and not who said so', () => {
    const decision = decisionOn([...judged, review('not_changed')]);
    const facts = decision.ok ? decision.facts : [];
    expect(visibleTo('customer', facts)).toMatchObject([
      { status: 'not_changed', word: 'The table was old.', by: { kind: 'system' } },
    ]);
    expect(visibleTo('agent', facts)).toMatchObject([{ by: { kind: 'agent', name: 'Ana' } }]);
  });
});

describe('what may be learnt from', () => {
  const rules = (doNotTrain: boolean, mayChoose: boolean): FeedbackRules => ({
    ...defaultFeedbackRules,
    doNotTrain,
    mayChoose,
  });
  const out = { doNotTrain: true } as const;
  const given = [{ about: 1, status: 'received', ...out }] as const;
  const cases: [string, Parameters<typeof trainingChoice>, object][] = [
    ['the site says nothing', [[], 1, undefined, rules(false, true)], {}],
    ['the site wants it out', [[], 1, undefined, rules(true, true)], out],
    ['the customer wants it out', [[], 1, true, rules(false, true)], out],
    ['the customer lets it in', [[], 1, false, rules(true, true)], {}],
    ['the customer has no choice', [[], 1, false, rules(true, false)], out],
    ['the customer has no choice, and it is in', [[], 1, true, rules(false, false)], {}],
    ['the customer chose before', [given, 1, undefined, rules(false, true)], out],
    ['the customer chose before for another', [given, 2, undefined, rules(false, true)], {}],
  ];
  test.each(cases)('%s', (_, args, expected) => {
    expect(trainingChoice(...args)).toEqual(expected);
  });
});
