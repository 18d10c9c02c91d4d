import { describe, expect, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { evolve } from '../../server/domain/evolve.ts';
import { emptySummary, summarise } from '../../server/domain/summary.ts';

const customer = { kind: 'customer' } as const;
const ana = { id: 'a', name: 'Ana' };
const agent = { kind: 'agent', ...ana } as const;
const cid = '0198c0de-0000-7000-8000-000000000001';

type Body<F extends Fact = Fact> = F extends Fact ? Omit<F, 'seq' | 'at'> : never;

/** The row after these facts, each in a commit of its own, ten ms apart. */
function rowAfter(...bodies: Body[]) {
  let state = unstarted;
  let row = emptySummary(0);
  for (const [index, body] of bodies.entries()) {
    const fact = { ...body, seq: index + 1, at: (index + 1) * 10 } as Fact;
    state = evolve(state, fact);
    row = summarise(row, [fact], state, 0);
  }
  return row;
}

const said = (text: string, by: Fact['by'] = customer): Body => ({ type: 'message.sent', cid, text, by });
const asked: Body = {
  type: 'handoff.requested',
  reason: 'customer_asked',
  detail: '',
  priority: 'normal',
  team: null,
  by: customer,
};
const accepted: Body = { type: 'handoff.accepted', agent: ana, by: agent };

describe('the row of a conversation', () => {
  test('is named by the last question before a person was asked for', () => {
    expect(rowAfter(said('first'), said('Where is my card?'), asked)).toMatchObject({
      topic: 'Where is my card?',
      waitingSince: 30,
    });
    const kept = rowAfter(said('Where is my card?'), asked, said('hello?'), accepted, said('thanks'));
    expect(kept).toMatchObject({
      topic: 'Where is my card?',
      lastText: 'thanks',
      status: 'human',
      agent: ana,
    });
  });

  test('is named by what comes next when a person was asked for before any word', () => {
    expect(rowAfter(asked, said('My card is gone'), said('please'))).toMatchObject({
      topic: 'My card is gone',
    });
  });

  test('says who spoke last, in one line of at most 200 characters', () => {
    const long = rowAfter(said(`  a\n\n b ${'x'.repeat(500)}`));
    expect(long.lastText).toHaveLength(200);
    expect(long.lastText.startsWith('a b xxx')).toBe(true);
    expect(rowAfter(said('a'), asked, accepted, said('b', agent))).toMatchObject({
      lastText: 'b',
      lastAuthor: 'agent',
    });
  });

  test('shows no trace of a note: not even its time', () => {
    const note: Body = { type: 'note.added', text: 'careful', by: agent };
    expect(rowAfter(said('a'), note)).toEqual(rowAfter(said('a')));
  });
});
