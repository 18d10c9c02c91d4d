import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unsent } from '../../console/connection.ts';
import { createDrafts } from '../../console/inbox/drafts.ts';
import { createOutbox, type Outgoing } from '../../console/inbox/outbox.ts';
import { createTyping } from '../../console/inbox/typing.ts';
import type { CommandReply } from '../../protocol/commands.ts';
import type { RefusalCode } from '../../protocol/errors.ts';

type Reply = CommandReply | typeof unsent;
const sent = (seq: number): Reply => ({ ok: true, seq, isRepeat: false });
const refused = (code: RefusalCode, retryable: boolean): Reply => ({
  ok: false,
  code,
  message: '',
  retryable,
});
let agents = 0;

/** An outbox of a new agent whose server answers with these replies in turn. */
function outboxWith(replies: Reply[], agentId = `agent-${++agents}`) {
  const asked: Outgoing[] = [];
  const outbox = createOutbox(agentId, async (entry) => {
    asked.push(entry);
    return replies.shift() ?? unsent;
  });
  return { outbox, asked, agentId, states: () => outbox.entries.value.map(({ state }) => state) };
}
const reply = (text: string, conversationId = 'c') => ({ conversationId, kind: 'reply' as const, text });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const settled = () => vi.advanceTimersByTimeAsync(0);

describe('the outbox', () => {
  test('[D1] keeps what did not get through, and sends it again under the same cid, in order', async () => {
    const { outbox, asked, states } = outboxWith([unsent, sent(5), sent(6)]);
    outbox.add(reply('first'));
    outbox.add(reply('second'));
    await settled();
    expect(states()).toEqual(['queued', 'queued']);
    outbox.flush();
    await settled();
    expect(states()).toEqual(['sent', 'sent']);
    expect(asked.map(({ text }) => text)).toEqual(['first', 'first', 'second']);
    expect(asked[1]?.cid).toBe(asked[0]?.cid);
    expect(asked[2]?.cid).not.toBe(asked[0]?.cid);
    outbox.settle('c', 5);
    expect(outbox.entries.value.map(({ text }) => text)).toEqual(['second']);
  });

  test('[D1] sends again by itself what got no answer on a line that still holds', async () => {
    const { outbox, asked, states } = outboxWith([unsent, sent(5)]);
    outbox.add(reply('unheard'));
    await settled();
    expect(states()).toEqual(['queued']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(states()).toEqual(['sent']);
    expect(new Set(asked.map(({ cid }) => cid)).size).toBe(1);
  });

  test('[D6] survives a reload, for its own agent alone', async () => {
    const { outbox, agentId, asked } = outboxWith([unsent]);
    outbox.add(reply('kept'));
    await settled();
    const again = outboxWith([sent(3)], agentId);
    expect(outboxWith([]).outbox.entries.value).toEqual([]);
    again.outbox.flush();
    await settled();
    expect(again.asked[0]).toMatchObject({ cid: asked[0]?.cid, text: 'kept' });
    expect(outboxWith([], agentId).outbox.entries.value, 'sent is not kept').toEqual([]);
  });

  test('[D6] parks what is refused; it can be tried again or given up', async () => {
    const { outbox, states } = outboxWith([refused('not_assigned', false), sent(4)]);
    outbox.add(reply('late'));
    await settled();
    const [entry] = outbox.entries.value;
    expect(entry).toMatchObject({ state: 'failed', code: 'not_assigned' });
    outbox.retry(entry?.cid ?? '');
    await settled();
    expect(states()).toEqual(['sent']);
    outbox.discard(entry?.cid ?? '');
    expect(outbox.entries.value).toEqual([]);
  });

  test('[D6] tries three times what may pass, then leaves it to the agent', async () => {
    const busy = refused('rate_limited', true);
    const { outbox, asked, states } = outboxWith([busy, busy, busy, busy]);
    outbox.add(reply('again'));
    await vi.runAllTimersAsync();
    expect(asked).toHaveLength(3);
    expect(states()).toEqual(['failed']);
  });

  test('[D6] two tabs that have found the same send it once, and in order', async () => {
    const { outbox, agentId } = outboxWith([unsent]);
    for (const text of ['one', 'two', 'three']) outbox.add(reply(text));
    await settled();
    const said: string[] = [];
    const openTab = () =>
      createOutbox(agentId, async ({ text }) => {
        said.push(text);
        return sent(said.length);
      });
    const tabs = [openTab(), openTab()];
    for (const tab of tabs) tab.flush();
    await vi.waitUntil(() => tabs.every((tab) => tab.entries.value.every(({ state }) => state === 'sent')));
    expect(said).toEqual(['one', 'two', 'three']);
  });

  test('[D6] when the tab that sends dies, another one that is open takes over', async () => {
    const { outbox, agentId } = outboxWith([unsent]);
    outbox.add(reply('from the dead'));
    await settled();
    const { locks } = navigator;
    // The browser gives the locks of a dead tab away: the work that held one never ends, its lock does.
    const died = Promise.withResolvers<void>();
    const request = vi
      .spyOn(locks, 'request')
      .mockImplementationOnce(((name: string, work: () => Promise<void>) =>
        locks.request(name, () => Promise.race([work(), died.promise]))) as LockManager['request']);
    const hung = createOutbox(agentId, () => new Promise(() => {}));
    hung.flush();
    request.mockRestore();
    const said: string[] = [];
    const other = createOutbox(agentId, async ({ text }) => {
      said.push(text);
      return sent(1);
    });
    other.flush();
    await settled();
    expect(said, 'the other waits').toEqual([]);
    died.resolve();
    await vi.waitUntil(() => other.entries.value[0]?.state === 'sent');
    expect(said).toEqual(['from the dead']);
  });

  test('one conversation does not hold up another', async () => {
    let release = (_: Reply) => {};
    const waits = new Promise<Reply>((resolve) => {
      release = resolve;
    });
    const order: string[] = [];
    const outbox = createOutbox(`agent-${++agents}`, (entry) => {
      order.push(entry.text);
      return entry.conversationId === 'slow' ? waits : Promise.resolve(sent(1));
    });
    outbox.add(reply('one', 'slow'));
    outbox.add(reply('two', 'slow'));
    outbox.add(reply('three', 'quick'));
    await settled();
    expect(order).toEqual(['one', 'three']);
    release(sent(1));
    await settled();
    expect(order).toEqual(['one', 'three', 'two']);
  });
});

test('a draft is kept for its agent and conversation; what failed comes back before what was written since', () => {
  const drafts = createDrafts('ana');
  drafts.change('c', { reply: 'half a sen' });
  expect(createDrafts('ana').of('c').value.reply).toBe('half a sen');
  expect(createDrafts('ben').of('c').value.reply).toBe('');
  expect(createDrafts('ana').of('d').value.reply).toBe('');
  drafts.putBack('c', 'reply', 'failed');
  expect(drafts.of('c').value.reply).toBe('failed\nhalf a sen');
  drafts.change('c', { reply: '' });
  expect(createDrafts('ana').of('c').value.reply).toBe('');
});

test('typing is told at most every two seconds, and is over four seconds after the last key', () => {
  const told: [boolean, number][] = [];
  const startedAt = Date.now();
  const typing = createTyping((isTyping) => told.push([isTyping, Date.now() - startedAt]));
  for (let key = 0; key < 9; key++) {
    typing.typed();
    vi.advanceTimersByTime(500);
  }
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([
    [true, 0],
    [true, 2_000],
    [true, 4_000],
    [false, 8_000],
  ]);
  typing.stop();
  expect(told, 'nothing to stop').toHaveLength(4);
});
