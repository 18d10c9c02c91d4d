import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import type { FeedbackReason, Signal } from '../../protocol/feedback.ts';
import { failingsOf } from '../../server/domain/weak/failings.ts';
import { type Anchor, alikeTo, gather, type Placement } from '../../server/domain/weak/gathering.ts';
import { harmAt, heatOf, weightOf } from '../../server/domain/weak/rank.ts';
import {
  decideWeak,
  newlyFound,
  type WeakCommand,
  type WeakStanding,
} from '../../server/domain/weak/standing.ts';
import { agents } from './arbitraries.ts';
import { type At, ask, customer, decisionOn, end, say } from './commands.ts';

const done = <T>(work: Generator<void, T>): T => {
  for (;;) {
    const { done: isDone, value } = work.next();
    if (isDone === true) return value;
  }
};
const day = 24 * 60 * 60_000;
const now = 1_800_000_000_000;

describe('which answers are weak', () => {
  const thumb = (verdict: 'up' | 'down' | 'none', reasons: FeedbackReason[] = []) =>
    customer({ name: 'feedback:give', turn: 1, verdict, reasons, comment: '' });
  const factsOf = (steps: readonly At[]): Fact[] =>
    steps.flatMap((_, at) => {
      const decision = decisionOn(steps.slice(0, at + 1));
      if (!decision.ok) throw new Error(decision.code);
      return [...decision.facts];
    });
  const weak: [string, At[], object[]][] = [
    ['one that nothing is said of', [say, end(1)], []],
    ['a thumb up', [say, end(1), thumb('up')], []],
    [
      'a thumb down',
      [say, end(1), thumb('down', ['wrong'])],
      [{ turn: 1, isDown: true, reasons: ['wrong'] }],
    ],
    ['a thumb down that is taken back', [say, end(1), thumb('down'), thumb('none')], []],
    ['one with a person after it, which its signal says', [say, end(1), ask], []],
  ];
  test.each(weak)('%s', (_, steps, expected) => {
    expect(failingsOf(factsOf(steps), [])).toMatchObject(expected);
  });

  test('a signal makes one weak that nothing is said of, and keeps what may not be learnt from', () => {
    const signals = [
      { turn: 1, signals: ['came_back', 'asked_again'] as Signal[], doNotTrain: true, at: now },
      { turn: 9, signals: ['rephrased'] as Signal[], doNotTrain: false, at: now },
    ];
    expect(failingsOf(factsOf([say, end(1)]), signals)).toMatchObject([
      { turn: 1, signals: ['asked_again', 'came_back'], doNotTrain: true, at: now, isDown: false },
    ]);
  });
});

const answers = fc.record({
  isDown: fc.boolean(),
  reasons: fc.subarray<FeedbackReason>(['wrong', 'outdated', 'did_not_understand', 'other']),
  isUnknown: fc.boolean(),
  isImproved: fc.boolean(),
  signals: fc.subarray<Signal>(['rephrased', 'asked_again', 'asked_for_person', 'came_back']),
});
const met = fc.record({
  weight: fc.integer({ min: 1, max: 6 }),
  at: fc.integer({ min: now - 900 * day, max: now }),
});

describe('harm', () => {
  test('more that speaks against an answer never makes it better', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const worse = { ...answer, isDown: true, signals: [...answer.signals, 'came_back' as Signal] };
        expect(weightOf(worse)).toBeGreaterThanOrEqual(weightOf(answer));
        expect(weightOf(worse)).toBeLessThanOrEqual(6);
      }),
    );
  });

  test('is what fades by half every 30 days, summed; and the order of two never changes with time', () => {
    const customers = fc.array(met, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(customers, customers, fc.integer({ min: 0, max: 4_000 * day }), (one, other, later) => {
        const at = now + later;
        const plain = one.reduce(
          (sum, { weight, at: met }) => sum + weight * 2 ** ((met - at) / (30 * day)),
          0,
        );
        expect(harmAt(heatOf(one), at)).toBeCloseTo(plain, 6);
        const [hot, cold] = [heatOf(one), heatOf(other)];
        if (hot > cold) expect(harmAt(hot, at)).toBeGreaterThanOrEqual(harmAt(cold, at));
      }),
    );
  });

  test('grows with each customer, with each point and with each day that it is nearer', () => {
    fc.assert(
      fc.property(fc.array(met, { maxLength: 20 }), met, (others, one) => {
        const heat = heatOf([...others, one]);
        expect(heat).toBeGreaterThanOrEqual(heatOf(others));
        expect(heatOf([...others, { ...one, weight: one.weight + 1 }])).toBeGreaterThanOrEqual(heat);
        expect(heatOf([...others, { ...one, at: one.at + day }])).toBeGreaterThanOrEqual(heat);
      }),
    );
    expect(heatOf([])).toBe(Number.NEGATIVE_INFINITY);
    expect(harmAt(heatOf([{ weight: 3, at: now }]), now)).toBeCloseTo(3);
  });
});

describe('gathering', () => {
  const same: [string, string][] = [
    ['How do I cancel my subscription plan?', 'cancel my subscription plan, how can I?'],
    ['Why was my card declined in Lisbon?', 'my card got declined in Lisbon - why'],
    ['Wie kündige ich mein Abo bei euch?', 'Mein Abo kündigen bei euch, wie geht das?'],
  ];
  const different: [string, string][] = [
    ['How do I cancel my subscription plan?', 'I do not want to cancel my subscription plan'],
    ['Is there a fee for transfers of 200 euros?', 'Is there a fee for transfers of 500 euros?'],
    ['How do I order a new card?', 'How do I order a new statement?'],
    ['Where is my card?', 'What is a card?'],
    ['When does my parcel arrive?', 'How do I cancel my subscription plan?'],
  ];
  test.each(same)('"%s" is "%s"', (one, other) => {
    expect(done(gather([one, other], [], []))).toEqual([{ founder: 0 }, { founder: 0 }]);
    expect(done(gather([other], [{ text: one, question: 'q' }], []))).toEqual([{ question: 'q' }]);
  });
  test.each(different)('"%s" is not "%s"', (one, other) => {
    expect(done(gather([one, other], [], []))).toEqual([{ founder: 0 }, { founder: 1 }]);
  });

  const words = [
    'card',
    'fee',
    'transfer',
    'lost',
    'cancel',
    'order',
    'not',
    'abroad',
    'limit',
    '200',
    'refund',
  ];
  const question = fc
    .array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 })
    .map((all) => all.join(' '));
  const questions = fc.uniqueArray(question, { maxLength: 12 });
  const anchors = fc.uniqueArray(fc.record({ text: question, question: fc.constantFrom('a', 'b', 'c') }), {
    selector: ({ text }) => text,
    maxLength: 8,
  });
  /** As alike to another one: the words in another order. */
  const isAmbiguous = (text: string, others: readonly Anchor[]) =>
    others.some((other) => sorted(other.text) === sorted(text));
  const sorted = (text: string) => [...new Set(text.split(' '))].sort().join(' ');
  const founds = (placement: Placement | undefined, at: number) =>
    placement !== undefined && 'founder' in placement && placement.founder === at;

  test('every wording has a place, and all of a place are like its anchor: nothing is drawn in step by step', () => {
    fc.assert(
      fc.property(questions, anchors, (asked, known) => {
        const placements = done(gather(asked, known, words));
        expect(placements).toHaveLength(asked.length);
        placements.forEach((placement, at) => {
          if ('question' in placement) {
            expect(known.map((anchor) => anchor.question)).toContain(placement.question);
          } else {
            expect(placement.founder).toBeLessThanOrEqual(at);
            expect(founds(placements[placement.founder], placement.founder)).toBe(true);
          }
        });
      }),
    );
  });

  test('the same comes of the same, and what is asked word for word goes where a person has put it', () => {
    fc.assert(
      fc.property(questions, anchors, (asked, known) => {
        expect(done(gather(asked, known, words))).toEqual(done(gather(asked, known, words)));
        for (const { text } of known) {
          const others = known.filter((one) => one.text !== text);
          const byHand: Anchor[] = [...others, { text, question: 'own' }];
          const isOne = new Set(text.split(' ').filter((word) => word !== 'not')).size < 2;
          const [placement] = done(gather([text], byHand, words));
          // Of one word nothing is the same: the very words are looked up before.
          if (!isOne && !isAmbiguous(text, others)) expect(placement).toEqual({ question: 'own' });
        }
      }),
    );
  });

  test('what is most alike comes first, each question once', () => {
    const known = [
      { text: 'How do I cancel an order?', question: 'order' },
      { text: 'cancel the subscription', question: 'plan' },
      { text: 'How do I cancel my subscription?', question: 'plan' },
      { text: 'Opening hours', question: 'hours' },
    ];
    expect(done(alikeTo('How can I cancel my subscription', known, 5))).toEqual(['plan', 'order']);
  });
});

describe('how a question stands', () => {
  const [ana, ben] = agents;
  const command: fc.Arbitrary<WeakCommand> = fc.oneof(
    fc.record({
      name: fc.constantFrom(
        'take' as const,
        'release' as const,
        'reopen' as const,
        'guide' as const,
        'unguide' as const,
      ),
      by: fc.constantFrom(ana, ben),
    }),
    fc.record({
      name: fc.constant('decline' as const),
      by: fc.constantFrom(ana, ben),
      reason: fc.constantFrom('', '  ', 'Not ours.'),
    }),
    fc.record({ name: fc.constant('fail' as const), answeredAt: fc.integer({ min: 0, max: 60_000 }) }),
  );
  const standings = (commands: readonly WeakCommand[]) => {
    const all: WeakStanding[] = [newlyFound(0)];
    commands.forEach((one, at) => {
      const before = all.at(-1) ?? newlyFound(0);
      const next = decideWeak(before, one, (at + 1) * 1_000);
      all.push(typeof next === 'string' ? before : next);
    });
    return all;
  };

  test('whatever is done: taken has an owner, declined a reason, and what is decided a person who did it', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let returned = 0;
        for (const { status, owner, by, reason, returned: times } of standings(commands)) {
          if (status === 'taken') expect(owner).not.toBeNull();
          if (status === 'open') expect(owner).toBeNull();
          if (status === 'declined') expect(reason).toBe('Not ours.');
          if (status === 'guided' || status === 'declined') expect(by).not.toBeNull();
          expect(times).toBeGreaterThanOrEqual(returned);
          returned = times;
        }
      }),
    );
  });

  test('only what fails after it was decided comes back; guidance has five seconds to be everywhere', () => {
    const declined = standings([{ name: 'decline', by: ana, reason: 'Not ours.' }]).at(-1) ?? newlyFound(0);
    const fail = (standing: WeakStanding, answeredAt: number) =>
      decideWeak(standing, { name: 'fail', answeredAt }, 90_000);
    expect(fail(declined, 1_000)).toBe(declined);
    expect(fail(declined, 1_001)).toMatchObject({
      status: 'open',
      owner: null,
      returned: 1,
      reason: 'Not ours.',
    });
    const guided = standings([{ name: 'guide', by: ben }]).at(-1) ?? newlyFound(0);
    expect(fail(guided, 6_000)).toBe(guided);
    expect(fail(guided, 6_001)).toMatchObject({ status: 'open', returned: 1 });
    const taken = standings([{ name: 'take', by: ana }]).at(-1) ?? newlyFound(0);
    expect(fail(taken, 80_000)).toBe(taken);
  });

  test("what somebody has taken is theirs to decide, and a customer's word why is owed", () => {
    const taken = standings([{ name: 'take', by: ana }]).at(-1) ?? newlyFound(0);
    const tries: [WeakCommand, unknown][] = [
      [{ name: 'take', by: ben }, 'already_taken'],
      [{ name: 'decline', by: ben, reason: 'No.' }, 'already_taken'],
      [{ name: 'decline', by: ana, reason: ' ' }, 'word_needed'],
      [{ name: 'reopen', by: ana }, 'not_decided'],
      [{ name: 'unguide', by: ana }, taken],
      [
        { name: 'decline', by: ana, reason: ' No. ' },
        expect.objectContaining({ status: 'declined', reason: 'No.' }),
      ],
      [{ name: 'release', by: ben }, expect.objectContaining({ status: 'open' })],
    ];
    for (const [one, expected] of tries) expect(decideWeak(taken, one, 9_000)).toEqual(expected);
    expect(decideWeak(newlyFound(0), { name: 'release', by: ana }, 1)).toBe('not_taken');
  });
});
