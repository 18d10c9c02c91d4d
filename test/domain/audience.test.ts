import { expect, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { factTypes } from '../../protocol/webhooks.ts';
import { audience, visibleTo } from '../../server/domain/audience.ts';

test('what is among agents is decided for each type, and no more than these', () => {
  expect(factTypes.filter((type) => audience({ type }) === 'agents')).toEqual([
    'handoff.raised',
    'handoff.declined',
    'note.added',
    'answer.improved',
  ]);
});

test.each(['agents.whisper', 'toString', '__proto__'])(
  'a type that only a newer node knows (%s) reaches no customer',
  (type) => {
    const fact = { type, seq: 1, at: 0, text: 'among us' } as unknown as Fact;
    expect(visibleTo('customer', [fact])).toEqual([]);
    expect(visibleTo('agent', [fact])).toEqual([fact]);
  },
);
