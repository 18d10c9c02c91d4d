import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Asker,
  decideGuidance,
  evolveGuidance,
  type GuidanceCommand,
  type GuidanceMove,
  type GuidanceStanding,
  isInScope,
  stateOf,
  unwritten,
} from '../../server/domain/guidance.ts';

const content = { kind: 'answer' as const, text: 'So.', examples: ['Why?'], scope: {} };
const write = (base: number): GuidanceCommand => ({ name: 'write', base, content });
const of = (name: 'propose' | 'send_back' | 'approve' | 'roll_back', version: number): GuidanceCommand => ({
  name,
  version,
});
const retire: GuidanceCommand = { name: 'retire' };

/** Each by this person, all of which must be taken but the last. @returns where it stands, or why the last was refused */
function play(steps: readonly (readonly [string, GuidanceCommand])[], isApprovedByTwo = false) {
  let standing: GuidanceStanding = unwritten;
  for (const [at, [by, command]] of steps.entries()) {
    const move = decideGuidance(standing, command, by, { isApprovedByTwo });
    if (typeof move === 'string') {
      if (at < steps.length - 1) throw new Error(`refused on the way: ${move}`);
      return move;
    }
    standing = evolveGuidance(standing, move);
  }
  return standing;
}
const byAna = (...commands: GuidanceCommand[]) => commands.map((command) => ['ana', command] as const);
const live = [write(0), of('propose', 1), of('approve', 1)];

describe('a guidance', () => {
  test('goes from draft to proposed to live to retired', () => {
    const states = [1, 2, 3, 4].map((count) =>
      play(byAna(...[...live, retire].slice(0, count)) as Parameters<typeof play>[0]),
    );
    expect(states.map((one) => stateOf(one as GuidanceStanding))).toEqual([
      'draft',
      'proposed',
      'live',
      'retired',
    ]);
  });

  test('stays live while a newer version is written and proposed, and gives that once it is approved', () => {
    const changed = [...live, write(1), of('propose', 2)];
    expect(play(byAna(...changed))).toMatchObject({ live: 1, proposed: 2, newest: 2 });
    expect(play(byAna(...changed, of('approve', 2)))).toMatchObject({ live: 2, proposed: null });
  });

  test('is rolled back to an earlier version, also out of retirement', () => {
    const second = [...live, write(1), of('propose', 2), of('approve', 2)];
    expect(play(byAna(...second, of('roll_back', 1)))).toMatchObject({ live: 1, newest: 2 });
    const back = play(byAna(...second, retire, of('roll_back', 1)));
    expect(back).toMatchObject({ live: 1, isRetired: false });
  });

  test.each([
    ['what somebody else has changed meanwhile', [write(0), write(0)], 'stale_version'],
    ['a proposal of an older version', [write(0), write(1), of('propose', 1)], 'stale_version'],
    ['a second proposal', [write(0), of('propose', 1), of('propose', 1)], 'already_proposed'],
    ['a proposal of what is live', [...live, of('propose', 1)], 'already_live'],
    ['an approval of a draft', [write(0), of('approve', 1)], 'not_proposed'],
    [
      'an approval of what was rewritten meanwhile',
      [write(0), of('propose', 1), write(1), of('approve', 1)],
      'not_proposed',
    ],
    [
      'an approval of what was sent back',
      [...live.slice(0, 2), of('send_back', 1), of('approve', 1)],
      'not_proposed',
    ],
    ['retiring what is not live', [write(0), retire], 'not_live'],
    ['rolling back to what was never approved', [...live, write(1), of('roll_back', 2)], 'never_live'],
    ['rolling back to what is live', [...live, of('roll_back', 1)], 'already_live'],
  ] as const)('refuses %s', (_what, commands, code) => {
    expect(play(byAna(...commands))).toBe(code);
  });

  test('is approved by somebody else than its writer, where the site wants two', () => {
    const proposed = byAna(write(0), of('propose', 1));
    expect(play([...proposed, ['ana', of('approve', 1)]], true)).toBe('own_version');
    expect(play([...proposed, ['ben', of('approve', 1)]], true)).toMatchObject({ live: 1 });
  });
});

describe('whatever is done with a guidance', () => {
  /** About the newest version or the one before, mostly: others are refused before anything is looked at. */
  const command = fc.oneof(
    fc.integer({ min: 0, max: 1 }).map((behind) => (newest: number) => write(newest - behind)),
    fc
      .tuple(fc.constantFrom('propose', 'send_back', 'approve', 'roll_back'), fc.integer({ min: 0, max: 2 }))
      .map(
        ([name, behind]) =>
          (newest: number) =>
            of(name, newest - behind),
      ),
    fc.constant(() => retire),
  );
  const history = fc.array(fc.tuple(fc.constantFrom('ana', 'ben'), command), {
    minLength: 20,
    maxLength: 80,
  });

  test('versions count up, only approved ones are live, and two people are two', () => {
    let approvals = 0;
    fc.assert(
      fc.property(history, fc.boolean(), (tried, isApprovedByTwo) => {
        let standing: GuidanceStanding = unwritten;
        const moves: GuidanceMove[] = [];
        for (const [by, one] of tried) {
          const move = decideGuidance(standing, one(standing.newest), by, { isApprovedByTwo });
          if (typeof move === 'string') continue;
          moves.push(move);
          standing = evolveGuidance(standing, move);
          expect(standing.seq).toBe(moves.length);
          expect(standing.proposed === null || standing.proposed === standing.newest).toBe(true);
          if (standing.live !== null) expect(standing.approved).toContain(standing.live);
        }
        const written = moves.filter(({ action }) => action === 'written');
        expect(written.map(({ version }) => version)).toEqual(written.map((_, at) => at + 1));
        const approved = moves.filter(({ action }) => action === 'approved');
        approvals += approved.length;
        for (const { version, by } of isApprovedByTwo ? approved : []) {
          expect(written[version - 1]?.by).not.toBe(by);
        }
        expect(moves.reduce(evolveGuidance, unwritten)).toEqual(standing);
      }),
      { numRuns: 500 },
    );
    expect(approvals, 'the walk gets that far').toBeGreaterThan(20);
  });
});

describe('a scope', () => {
  const asker: Asker = { language: 'en-GB', traits: { plan: 'gold', seats: 3 }, now: 1_000 };
  test.each([
    ['of everybody', {}, true],
    ['of this language', { languages: ['en'] }, true],
    ['of this very variant', { languages: ['de', 'en-gb'] }, true],
    ['of another variant', { languages: ['en-US'] }, false],
    ['of a language that begins the same', { languages: ['e'] }, false],
    ['of this trait', { traits: { plan: 'gold' } }, true],
    ['of traits of which one differs', { traits: { plan: 'gold', seats: 4 } }, false],
    ['of a trait that is the same in another type', { traits: { seats: '3' } }, false],
    ['that has begun', { from: 1_000 }, true],
    ['that begins later', { from: 1_001 }, false],
    ['that ends later', { until: 1_001 }, true],
    ['that has ended', { until: 1_000 }, false],
    ['of which one part does not hold', { languages: ['en'], until: 1_000 }, false],
  ])('%s', (_name, scope, expected) => {
    expect(isInScope(scope, asker)).toBe(expected);
  });

  test('that names what is not known of the customer does not hold', () => {
    const unknown: Asker = { language: null, traits: null, now: 0 };
    expect(isInScope({ languages: ['en'] }, unknown)).toBe(false);
    expect(isInScope({ traits: { plan: 'gold' } }, unknown)).toBe(false);
    expect(isInScope({}, unknown)).toBe(true);
  });
});
