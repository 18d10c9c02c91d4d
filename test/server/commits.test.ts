import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import type { Commit } from '../../server/store/commits.ts';
import type { StoredConversation } from '../../server/store/conversation-row.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

const firstWords = 'Hello';

/** A conversation that exists, and that nobody else touches: it waits for a bot in a page that is not there. */
async function begun(): Promise<StoredConversation> {
  const { customerId } = await server.store.customers.create(site.id);
  const id = uuidv7();
  const caller = { customer: { id: customerId, siteId: site.id }, site };
  await server.app.engine.forCustomer(caller, 'message:send', {
    cid: uuidv7(),
    conversationId: id,
    text: firstWords,
  });
  const [stored] = await server.store.conversations.byIds([id]);
  if (stored === undefined) throw new Error('not stored');
  return stored;
}

/** A commit that says these words in the conversation. */
function saying(before: StoredConversation, words: string[], cids = words.map(() => uuidv7())): Commit {
  const at = Date.now();
  const facts = words.map((text, index): Fact => {
    const seq = before.state.seq + index + 1;
    return { type: 'message.sent', cid: cids[index] ?? '', text, seq, at, by: { kind: 'customer' } };
  });
  const seq = before.state.seq + words.length;
  return {
    after: before.state.seq,
    conversation: { ...before, state: { ...before.state, seq } },
    facts,
    commands: cids.map((cid, index) => ({
      senderId: before.customerId,
      cid,
      bodyHash: Buffer.from([index]).toString('hex'),
      seq: before.state.seq + index + 1,
      at,
    })),
    isOnlySaid: true,
    isStateKept: false,
    leaseUntil: 0,
  };
}

const wordsOf = async (id: string) =>
  (await server.store.conversations.factsAfter(id, 0)).facts.flatMap((fact) =>
    fact.type === 'message.sent' && fact.text !== firstWords ? [fact.text] : [],
  );

describe('commits that are saved together', () => {
  test('[D2] each stands for itself: saved, repeated or outrun', async () => {
    const [good, old, twice] = await Promise.all([begun(), begun(), begun()]);
    const cid = uuidv7();
    expect(await server.store.commits.save([saying(twice, ['once'], [cid])])).toEqual(['saved']);
    const [now] = await server.store.conversations.byIds([twice.id]);
    if (now === undefined) throw new Error('not stored');
    const fates = await server.store.commits.save([
      saying({ ...old, state: { ...old.state, seq: old.state.seq - 1 } }, ['on a state that has passed']),
      saying(good, ['one', 'two']),
      saying(now, ['again'], [cid]),
    ]);
    expect(fates).toEqual(['outrun', 'saved', 'repeated']);
    expect(await wordsOf(good.id)).toEqual(['one', 'two']);
    expect(await wordsOf(old.id)).toEqual([]);
    expect(await wordsOf(twice.id)).toEqual(['once']);
    const { facts } = await server.store.conversations.factsAfter(good.id, 0);
    expect(facts.map((fact) => fact.seq)).toEqual([1, 2, 3, 4, 5]);
    expect((await server.store.conversations.head(good.id))?.seq).toBe(5);
  });

  test('[D2] of two processes with the same two conversations, in another order, neither waits for the other', async () => {
    const pairs = await Promise.all(Array.from({ length: 20 }, () => Promise.all([begun(), begun()])));
    for (const [a, b] of pairs) {
      const fates = await Promise.all([
        server.store.commits.save([saying(a, ['left']), saying(b, ['left'])]),
        server.store.commits.save([saying(b, ['right']), saying(a, ['right'])]),
      ]);
      const [left, right] = fates;
      // Whoever holds a row wins it; the other is told, and nothing is half saved.
      for (const [conversation, mine, theirs] of [
        [a, left?.[0], right?.[1]],
        [b, left?.[1], right?.[0]],
      ] as const) {
        expect([mine, theirs].filter((fate) => fate === 'saved')).toHaveLength(1);
        expect(await wordsOf(conversation.id)).toEqual([mine === 'saved' ? 'left' : 'right']);
      }
    }
  });

  test('[D1] commands are remembered until they are old, and old ones are cleared away by any number of processes', async () => {
    const before = await begun();
    const [old, recent] = [uuidv7(), uuidv7()];
    const commit = saying(before, ['then', 'now'], [old, recent]);
    const longAgo = Date.now() - 1_000_000;
    const commands = commit.commands.map((command) =>
      command.cid === old ? { ...command, at: longAgo } : command,
    );
    expect(await server.store.commits.save([{ ...commit, commands }])).toEqual(['saved']);
    const forget = async () => {
      let count = 0;
      for (let some = -1; some !== 0; count += some)
        some = await server.store.commits.forgetCommands(longAgo + 1);
      return count;
    };
    const counts = await Promise.all([forget(), forget()]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    const left = await inDatabase(server.databaseUrl, 'select cid from commands where conversation_id = $1', [
      before.id,
    ]);
    expect(left.map(({ cid }) => cid)).toContain(recent);
    expect(left.map(({ cid }) => cid)).not.toContain(old);
  });

  test('a state that is kept moves on by its seq, beside others that change', async () => {
    const [kept, changed, alone] = await Promise.all([begun(), begun(), begun()]);
    const keeping = (before: StoredConversation): Commit => {
      // What else is in the state that comes along is not looked at: the row's own stays.
      const commit = saying(before, ['Line one\nline two, "quoted" \\ and null']);
      const state = { ...commit.conversation.state, turn: 99 };
      return { ...commit, conversation: { ...commit.conversation, state }, isStateKept: true };
    };
    const changing = saying(changed, ['null']);
    const recent = [{ author: 'customer', turn: 0, text: 'A break\nand a \\n that is none' }] as const;
    const state = { ...changing.conversation.state, recent };
    const change = { ...changing, conversation: { ...changing.conversation, state } };
    expect(await server.store.commits.save([keeping(kept), change])).toEqual(['saved', 'saved']);
    expect(await server.store.commits.save([keeping(alone)])).toEqual(['saved']);
    const stored = await server.store.conversations.byIds([kept.id, changed.id, alone.id]);
    const stateOf = (id: string) => stored.find((one) => one.id === id)?.state;
    for (const one of [kept, alone]) {
      expect(stateOf(one.id)).toEqual({ ...one.state, seq: one.state.seq + 1 });
      expect(await wordsOf(one.id)).toEqual(['Line one\nline two, "quoted" \\ and null']);
    }
    expect(stateOf(changed.id)).toEqual(state);
  });

  test('a turn that begins and one that ends are kept with it', async () => {
    const { customerId } = await server.store.customers.create(site.id);
    const caller = { customer: { id: customerId, siteId: site.id }, site };
    const conversationId = uuidv7();
    const send = (text: string) =>
      server.app.engine.forCustomer(caller, 'message:send', { cid: uuidv7(), conversationId, text });
    const turns = async () =>
      inDatabase(server.databaseUrl, 'select turn from running_turns where conversation_id = $1', [
        conversationId,
      ]);
    await send('first');
    await send('second');
    expect(await turns()).toEqual([{ turn: 2 }]);
    await server.app.engine.forServer(conversationId, {
      name: 'answer:end',
      turn: 2,
      outcome: 'answered',
      text: 'There',
      sources: [],
      failure: null,
      handoff: null,
    });
    expect(await turns()).toEqual([]);
  });
});
