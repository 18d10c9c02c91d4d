import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactOf } from '../../protocol/conversation.ts';
import type { Signal } from '../../protocol/feedback.ts';
import type { RecentTurn } from '../../server/domain/conversation.ts';
import { type SaidBefore, signalsOf } from '../../server/domain/signals.ts';
import { text } from './arbitraries.ts';
import { type At, ask, customer, decisionOn, end, say } from './commands.ts';

const hour = 60 * 60_000;
const now = 1_800_000_000_000;
const transfer = 'How long does a transfer to France take?';
const asks = (words: string) => customer({ name: 'message:send', text: words });

/** What the last of these steps shows, of a conversation in which something was said so long ago. */
function shownBy(steps: readonly At[], agoMs = 0, earlier: readonly SaidBefore[] = []) {
  const before = decisionOn(steps.slice(0, -1));
  const after = decisionOn(steps);
  if (!after.ok) throw new Error(after.code);
  const facts = after.facts.map((fact) => ({ ...fact, at: now }));
  const recent = before.ok ? before.state.recent : [];
  const here = { conversationId: 'here', lastAt: now - agoMs, recent };
  return signalsOf(here, facts, earlier, 0.6).map(({ conversationId, turn, signal }) => [
    conversationId,
    turn,
    signal,
  ]);
}

describe('what speaks against an answer', () => {
  const shown: [string, At[], number, Signal | null][] = [
    ['the same in the same words', [say, end(1), say], 0, 'asked_again'],
    [
      'the same in other words',
      [asks(transfer), end(1), asks('My transfer to France: how long will it take')],
      0,
      'rephrased',
    ],
    ['the same with other marks', [say, end(1), asks('WHERE is my card')], 0, 'asked_again'],
    ['the same in any script', [asks('我的卡在哪里?'), end(1), asks('我的卡在哪里')], 0, 'asked_again'],
    ['the same two hours later', [say, end(1), say], 2 * hour, 'came_back'],
    ['the same after 73 hours', [say, end(1), say], 73 * hour, null],
    ['something else', [say, end(1), asks('What are your opening hours?')], 0, null],
    ['the same before the answer came', [say, say], 0, null],
    ['a person, by the button', [say, end(1), ask], 0, 'asked_for_person'],
    ['a person, in words', [say, end(1), asks('I want to talk to a human')], 0, 'asked_for_person'],
    ['a person, before the answer came', [say, ask], 0, null],
    ['a person, before anything', [ask], 0, null],
  ];
  test.each(shown)('%s', (_, steps, agoMs, signal) => {
    expect(shownBy(steps, agoMs)).toEqual(signal === null ? [] : [['here', 1, signal]]);
  });

  test('the last answer to the question is the one concerned', () => {
    expect(shownBy([say, end(1), asks('And the fee for it?'), end(2), say])).toEqual([
      ['here', 1, 'asked_again'],
    ]);
    expect(shownBy([say, end(1), say, end(2), say])).toEqual([['here', 2, 'asked_again']]);
  });

  test('a question of an earlier conversation counts for 72 hours, the newest first', () => {
    const recent: RecentTurn[] = [
      { author: 'customer', turn: 3, text: 'Where is my card?' },
      { author: 'bot', turn: 4, text: 'On its way.', outcome: 'answered' },
    ];
    const said = (conversationId: string, agoMs: number) => ({ conversationId, lastAt: now - agoMs, recent });
    expect(shownBy([say], 0, [said('last', 71 * hour), said('older', 72 * hour)])).toEqual([
      ['last', 4, 'came_back'],
    ]);
    expect(shownBy([say], 0, [said('last', 73 * hour)])).toEqual([]);
    expect(shownBy([asks('What are your opening hours?')], 0, [said('last', hour)])).toEqual([]);
  });

  test('what was said elsewhere and told here is no answer of ours', () => {
    const shared = customer({
      name: 'transcript:share',
      lines: [
        { author: 'customer', text: 'Where is my card?' },
        { author: 'bot', text: 'On its way.' },
      ],
    });
    expect(shownBy([shared, say])).toEqual([]);
    expect(shownBy([shared, ask])).toEqual([]);
  });
});

test('whatever was said: at most one signal, of an answer that was there', () => {
  const turn = fc.record({
    author: fc.constantFrom('customer', 'bot'),
    text,
    turn: fc.nat(4),
  }) as fc.Arbitrary<RecentTurn>;
  const message = (words: string): FactOf<'message.sent'> => ({
    type: 'message.sent',
    seq: 9,
    at: now,
    by: { kind: 'customer' },
    cid: '',
    text: words,
  });
  const started = {
    type: 'answer.started',
    seq: 10,
    at: now,
    by: { kind: 'bot' },
    turn: 5,
    question: 9,
  } as const;
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 8 }), text, fc.nat(100 * hour), (recent, words, ago) => {
      const here = { conversationId: 'here', lastAt: now - ago, recent };
      const found = signalsOf(here, [message(words), started], [], 0.6);
      expect(found.length).toBeLessThanOrEqual(1);
      for (const { turn } of found)
        expect(recent.some((said) => said.author === 'bot' && said.turn === turn && turn > 0)).toBe(true);
    }),
  );
});
