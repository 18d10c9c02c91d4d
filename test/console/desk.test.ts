import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDesk } from '../../console/inbox/desk.ts';
import type { ConversationSummary } from '../../protocol/agent.ts';

const ana = { id: 'ana', name: 'Ana' };
const ben = { id: 'ben', name: 'Ben' };

const summary = (fields: Partial<ConversationSummary> & { id: string }): ConversationSummary => ({
  seq: 1,
  status: 'waiting',
  site: 'Northcard help',
  topic: 'Where is my top-up?',
  lastText: 'Where is my top-up?',
  lastAuthor: 'customer',
  lastAt: 1_000,
  waitingSince: fields.status === undefined || fields.status === 'waiting' ? 1_000 : null,
  reason: 'customer_asked',
  priority: 'normal',
  agent: null,
  downvotes: 0,
  context: {},
  ...fields,
});

function deskOfAna() {
  const rung: string[] = [];
  const desk = createDesk(ana.id, (row) => rung.push(row.id));
  desk.connected();
  return { desk, rung };
}
const ids = (rows: readonly ConversationSummary[]) => rows.map((row) => row.id);

describe('the desk', () => {
  test('lists who waits longest first, but urgent ones before', () => {
    const { desk } = deskOfAna();
    desk.takeDesk([
      summary({ id: 'young', waitingSince: 300 }),
      summary({ id: 'old', waitingSince: 100 }),
      summary({ id: 'urgent', waitingSince: 200, priority: 'high' }),
    ]);
    expect(ids(desk.waiting.value)).toEqual(['urgent', 'old', 'young']);
  });

  test('tells mine from what colleagues have', () => {
    const { desk } = deskOfAna();
    desk.takeDesk([
      summary({ id: 'a', status: 'human', agent: ana, lastAt: 1 }),
      summary({ id: 'b', status: 'human', agent: ben }),
      summary({ id: 'c', status: 'human', agent: ana, lastAt: 2 }),
      summary({ id: 'd', status: 'resolved' }),
    ]);
    expect(ids(desk.mine.value)).toEqual(['c', 'a']);
    expect(ids(desk.team.value)).toEqual(['b']);
    expect(ids(desk.resolved.value)).toEqual(['d']);
  });

  test('whatever the order in which news of a conversation comes, the newest seq stands', () => {
    const states = ['waiting', 'human', 'bot', 'resolved'] as const;
    const news = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 9 }), viaDesk: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(news, (events) => {
        const { desk } = deskOfAna();
        desk.takeDesk([]);
        for (const { seq, viaDesk } of events) {
          const status = states[seq % states.length] ?? 'bot';
          const row = summary({ id: 'x', seq, status, ...(status === 'human' ? { agent: ben } : {}) });
          if (viaDesk) desk.takeDesk([row]);
          else desk.takeSummary(row);
        }
        expect(desk.row('x')?.seq).toBe(Math.max(...events.map((event) => event.seq)));
      }),
    );
  });

  test('an old "waiting" that arrives late does not bring back what the bot has again', () => {
    const { desk, rung } = deskOfAna();
    desk.takeDesk([]);
    desk.takeSummary(summary({ id: 'x', seq: 6, status: 'bot' }));
    desk.takeSummary(summary({ id: 'x', seq: 5 }));
    expect(ids(desk.waiting.value)).toEqual([]);
    expect(rung).toEqual([]);
  });

  test('a new connection forgets rows that are gone, but no news that overtook its list', () => {
    const { desk } = deskOfAna();
    desk.takeDesk([summary({ id: 'gone' }), summary({ id: 'stays' })]);
    desk.connected();
    desk.takeSummary(summary({ id: 'new', seq: 2 }));
    desk.takeDesk([summary({ id: 'stays' })]);
    expect(ids(desk.waiting.value)).toEqual(['new', 'stays']);
  });

  test('rings once for each that begins to wait, and not for those that waited already', () => {
    const { desk, rung } = deskOfAna();
    desk.takeDesk([summary({ id: 'before' })]);
    desk.takeSummary(summary({ id: 'a' }));
    desk.takeSummary(summary({ id: 'a', seq: 2 }));
    desk.takeSummary(summary({ id: 'a', seq: 3, status: 'human', agent: ben }));
    desk.takeSummary(summary({ id: 'a', seq: 4 }));
    desk.connected();
    desk.takeDesk([summary({ id: 'before' }), summary({ id: 'a', seq: 4 }), summary({ id: 'missed' })]);
    expect(rung).toEqual(['a', 'a', 'missed']);
  });
});
