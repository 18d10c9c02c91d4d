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
  const desk = createDesk(ana.id, {
    waits: (row) => rung.push(row.id),
    offered: (row) => rung.push(`for Ana: ${row.id}`),
  });
  /** The answer to a list that has just been asked for. */
  const takeDesk = (rows: readonly ConversationSummary[]) => desk.takeDesk(rows, desk.asked());
  return { desk, rung, takeDesk };
}
const ids = (rows: readonly ConversationSummary[]) => rows.map((row) => row.id);

describe('the desk', () => {
  test('lists who waits longest first, but urgent ones before', () => {
    const { desk, takeDesk } = deskOfAna();
    takeDesk([
      summary({ id: 'young', waitingSince: 300, queuedFrom: 300 }),
      summary({ id: 'old', waitingSince: 100, queuedFrom: 100 }),
      summary({ id: 'urgent', waitingSince: 200, queuedFrom: -300, priority: 'high' }),
    ]);
    expect(ids(desk.waiting.value)).toEqual(['urgent', 'old', 'young']);
  });

  test('calls when one begins to wait, and again when this agent is asked, but not for what is known', () => {
    const { desk, rung, takeDesk } = deskOfAna();
    const offer = (agent: typeof ana, expiresAt: number) => ({ offer: { agent, expiresAt } });
    takeDesk([summary({ id: 'known', seq: 1 })]);
    desk.takeSummaries([summary({ id: 'new', seq: 1 })]);
    desk.takeSummaries([summary({ id: 'new', seq: 2, ...offer(ben, 10) })]);
    expect(rung).toEqual(['new']);
    desk.takeSummaries([summary({ id: 'new', seq: 3, ...offer(ana, 20) })]);
    desk.takeSummaries([summary({ id: 'new', seq: 4, ...offer(ana, 20) })]);
    expect(rung).toEqual(['new', 'for Ana: new']);
    desk.takeSummaries([summary({ id: 'new', seq: 5, ...offer(ana, 30) })]);
    expect(rung).toEqual(['new', 'for Ana: new', 'for Ana: new']);
  });

  test('tells mine from what colleagues have', () => {
    const { desk, takeDesk } = deskOfAna();
    takeDesk([
      summary({ id: 'a', status: 'human', agent: ana, lastAt: 1 }),
      summary({ id: 'b', status: 'human', agent: ben }),
      summary({ id: 'c', status: 'human', agent: ana, lastAt: 2 }),
      summary({ id: 'd', status: 'resolved' }),
    ]);
    expect(ids(desk.mine.value)).toEqual(['c', 'a']);
    expect(ids(desk.team.value)).toEqual(['b']);
    expect(ids(desk.resolved.value)).toEqual(['d']);
  });

  test('[D5] whatever the order in which news of a conversation comes, the newest seq stands', () => {
    const states = ['waiting', 'human', 'bot', 'resolved'] as const;
    const news = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 9 }), viaDesk: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(news, (events) => {
        const { desk, takeDesk } = deskOfAna();
        takeDesk([]);
        for (const { seq, viaDesk } of events) {
          const status = states[seq % states.length] ?? 'bot';
          const row = summary({ id: 'x', seq, status, ...(status === 'human' ? { agent: ben } : {}) });
          if (viaDesk) takeDesk([row]);
          else desk.takeSummaries([row]);
        }
        expect(desk.row('x')?.seq).toBe(Math.max(...events.map((event) => event.seq)));
      }),
    );
  });

  test('an old "waiting" that arrives late does not bring back what the bot has again', () => {
    const { desk, rung, takeDesk } = deskOfAna();
    takeDesk([]);
    desk.takeSummaries([summary({ id: 'x', seq: 6, status: 'bot' })]);
    desk.takeSummaries([summary({ id: 'x', seq: 5 })]);
    expect(ids(desk.waiting.value)).toEqual([]);
    expect(rung).toEqual([]);
  });

  test('[D5] a new list forgets rows that are gone, but no news that overtook it', () => {
    const { desk, takeDesk } = deskOfAna();
    takeDesk([summary({ id: 'gone' }), summary({ id: 'stays' })]);
    const round = desk.asked();
    desk.takeSummaries([summary({ id: 'new', seq: 2 })]);
    desk.takeDesk([summary({ id: 'stays' })], round);
    expect(ids(desk.waiting.value)).toEqual(['new', 'stays']);
  });

  test('[D5] rows whose news got lost heal by the next list, and ring as if they had been heard of', () => {
    const { desk, rung, takeDesk } = deskOfAna();
    takeDesk([summary({ id: 'a' }), summary({ id: 'b' })]);
    takeDesk([summary({ id: 'a', seq: 3, status: 'human', agent: ben }), summary({ id: 'missed' })]);
    expect(ids(desk.waiting.value)).toEqual(['missed']);
    expect(ids(desk.team.value)).toEqual(['a']);
    expect(rung).toEqual(['missed']);
  });

  test('a list that was asked for earlier takes away no news that came behind the asking', () => {
    const { desk, rung, takeDesk } = deskOfAna();
    takeDesk([]);
    const first = desk.asked();
    desk.takeSummaries([summary({ id: 'a' }), summary({ id: 'b' })]);
    const second = desk.asked();
    desk.takeDesk([], first);
    expect(ids(desk.waiting.value)).toEqual(['a', 'b']);
    desk.takeDesk([summary({ id: 'a' }), summary({ id: 'b' })], second);
    expect(rung, 'each once').toEqual(['a', 'b']);
  });

  test('rings once for each that begins to wait, and not for those that waited already', () => {
    const { desk, rung, takeDesk } = deskOfAna();
    takeDesk([summary({ id: 'before' })]);
    desk.takeSummaries([summary({ id: 'a' })]);
    desk.takeSummaries([summary({ id: 'a', seq: 2 })]);
    desk.takeSummaries([summary({ id: 'a', seq: 3, status: 'human', agent: ben })]);
    desk.takeSummaries([summary({ id: 'a', seq: 4 })]);
    takeDesk([summary({ id: 'before' }), summary({ id: 'a', seq: 4 }), summary({ id: 'missed' })]);
    expect(rung).toEqual(['a', 'a', 'missed']);
  });
});
