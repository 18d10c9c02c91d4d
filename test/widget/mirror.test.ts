import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { createLive, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser } from './support/browser.ts';
import { createChats } from './support/chats.ts';
import { answered, blocked, full, kept, keysOf, noWay, putCopy, throwing } from './support/database.ts';
import { answers, messages, until } from './support/until.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
const chats = createChats(() => ({ server: server.url, site: site.key }));

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  bot = await startTestBot(echo);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
});
afterEach(() => chats.closeAll());
afterAll(async () => {
  await server.close();
  await bot.close();
});

describe('[D6] what is unsent survives in the database what the local storage does not', () => {
  test.each([
    ['blocked', () => blocked],
    ['full', full],
  ])('a local storage that is %s', async (_, spoil) => {
    const browser = createBrowser();
    const store = spoil(browser.tab().store);
    const first = chats.open({ browser, surroundings: { store } });
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    const { conversationId } = first.chat.transcript.value;
    await kept(browser.databases, (copies) => copies.has('session') && keysOf(copies).length === 0);

    const away = chats.reload(first, { surroundings: { ...noWay, store } });
    away.chat.start();
    await until('the conversation', () => away.chat.transcript.value.conversationId === conversationId);
    away.chat.send('Two');
    away.chat.send('Three');
    await kept(browser.databases, (copies) => keysOf(copies).length === 2);

    const { chat } = chats.reload(away, { surroundings: { store } });
    chat.start();
    await until('both', () => messages(chat).length === 3);
    expect(messages(chat)).toEqual(['One', 'Two', 'Three']);
    expect(chat.transcript.value.conversationId).toBe(conversationId);
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    await kept(browser.databases, (copies) => keysOf(copies).length === 0);
  });

  test('what is written before the database has answered goes where the customer was', async () => {
    const browser = createBrowser();
    const first = chats.open({ browser, surroundings: { store: blocked } });
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    await kept(browser.databases, (copies) => copies.has('facts'));
    const { chat } = chats.reload(first, { surroundings: { store: blocked } });
    chat.send('At once');
    await until('both', () => messages(chat).length === 2);
    expect(messages(chat)).toEqual(['One', 'At once']);
  });

  test('a crash of the browser before it had written the local storage to the disk', async () => {
    const browser = createBrowser();
    const first = chats.open({ browser });
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    const onDisk = new Map(browser.stored);
    const away = chats.reload(first, { surroundings: noWay });
    away.chat.send('The last words');
    await kept(browser.databases, (copies) => keysOf(copies).length === 1);
    away.tab.kill();
    away.chat.close();
    browser.stored.clear();
    for (const [key, value] of onDisk) browser.stored.set(key, value);

    const { chat } = chats.open({ browser });
    chat.start();
    await until('the last words', () => messages(chat).length === 2);
    expect(messages(chat)).toEqual(['One', 'The last words']);
  });

  test('a local storage that was evicted', async () => {
    const browser = createBrowser();
    const away = chats.open({ browser, surroundings: noWay });
    away.chat.send('Never seen by the server');
    await kept(browser.databases, (copies) => keysOf(copies).length === 1);
    away.tab.kill();
    away.chat.close();
    browser.stored.clear();
    const { chat } = chats.open({ browser });
    chat.start();
    await until('the message', () => messages(chat).includes('Never seen by the server'));
    await until('an empty outbox', () => chat.outbox.value.length === 0);
  });
});

test('[D1] [D6] what comes back although it had been sent is not said again', async () => {
  const browser = createBrowser();
  const first = chats.open({ browser });
  first.chat.send('Once');
  const [entry] = first.chat.outbox.value;
  await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
  await until('an empty outbox', () => first.chat.outbox.value.length === 0);
  await kept(browser.databases, (copies) => keysOf(copies).length === 0);
  await putCopy(browser.databases, `outbox/${entry?.cid}`, { ...entry, tries: 1, losses: 0, ackedSeq: null });
  let sends = 0;
  const counting = {
    loadLive: async () => ({
      createLive(options: LiveOptions) {
        const live = createLive(options);
        const command: typeof live.command = async (name, body) => {
          const reply = await live.command(name, body);
          expect(reply).toMatchObject({ ok: true, isRepeat: true });
          sends += 1;
          return reply;
        };
        return { ...live, command };
      },
    }),
  };
  // Without the transcript's copy, which shows by itself that the message has arrived.
  await putCopy(browser.databases, 'facts', null);
  const { chat } = chats.reload(first, { surroundings: counting });
  chat.start();
  await until('the transcript', () => answers(chat)[0]?.state === 'answered');
  await until('an empty outbox', () => chat.outbox.value.length === 0);
  expect(messages(chat)).toEqual(['Once']);
  expect(sends).toBeLessThanOrEqual(1);
  await kept(browser.databases, (copies) => keysOf(copies).length === 0);
});

test('[D6] two tabs without a local storage send what both know once, in order', async () => {
  const browser = createBrowser();
  const first = chats.open({ browser, surroundings: { store: blocked } });
  first.chat.send('One');
  await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
  await kept(browser.databases, (copies) => copies.has('facts'));
  const away = chats.reload(first, { surroundings: { ...noWay, store: blocked } });
  away.chat.send('Two');
  away.chat.send('Three');
  await kept(browser.databases, (copies) => keysOf(copies).length === 2);
  away.tab.kill();
  away.chat.close();
  const [a, b] = [0, 1].map(() => chats.open({ browser, surroundings: { store: blocked } }).chat);
  a?.start();
  b?.start();
  for (const chat of [a, b]) {
    if (chat === undefined) continue;
    await until('all', () => messages(chat).length === 3);
    expect(messages(chat)).toEqual(['One', 'Two', 'Three']);
    await until('an empty outbox', () => chat.outbox.value.length === 0);
  }
});

describe('[D6] a database that is of no use is done without', () => {
  const refusing = async () => {
    const databases = new IDBFactory();
    (await answered(databases.open(`handrail/1/${server.url}/${site.key}`, 7))).close();
    return databases;
  };
  const hanging = { open: () => ({}), deleteDatabase: () => ({}) } as unknown as IDBFactory;
  test.each([
    ['is forbidden', async () => throwing('SecurityError')],
    ['never answers', async () => () => hanging],
    ['belongs to a newer version', async () => refusing().then((databases) => () => databases)],
  ])('one that %s', async (_, make) => {
    const databases = await make();
    const first = chats.open({ surroundings: { databases } });
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    const { chat, browser } = chats.reload(first, { surroundings: { databases } });
    chat.send('Two');
    await until('both', () => messages(chat).length === 2);
    expect(messages(chat)).toEqual(['One', 'Two']);
    chat.forget();
    expect(browser.stored.size).toBe(0);
  });

  test('one that a newer version wants to change is let go', async () => {
    const { chat, browser } = chats.open();
    chat.send('One');
    await until('the answer', () => answers(chat)[0]?.state === 'answered');
    await kept(browser.databases, (copies) => copies.has('facts'));
    const [known] = await browser.databases.databases();
    const newer = await answered(browser.databases.open(known?.name ?? '', 2));
    chat.send('Two');
    await until('both', () => messages(chat).length === 2);
    newer.close();
  });
});
