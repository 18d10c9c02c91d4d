import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { createLive, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser } from './support/browser.ts';
import { createChats } from './support/chats.ts';
import { blocked, kept, keysOf, noWay, putCopy } from './support/database.ts';
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

describe('forgetting', () => {
  test('takes the database along, in every tab, also without a local storage', async () => {
    const browser = createBrowser();
    const a = chats.open({ browser, surroundings: { store: blocked } });
    a.chat.send('One');
    await until('the answer', () => answers(a.chat)[0]?.state === 'answered');
    await kept(browser.databases, (copies) => copies.has('facts'));
    const b = chats.open({ browser, surroundings: { store: blocked } });
    b.chat.start();
    await until('the same in b', () => messages(b.chat).length === 1);
    await until('b is connected', () => b.chat.connection.value === 'online');
    a.chat.forget();
    await until('b is new', () => b.chat.connection.value === 'idle');
    expect([a, b].flatMap(({ chat }) => chat.transcript.value.items)).toEqual([]);
    await expect.poll(() => browser.databases.databases(), { timeout: 10_000 }).toEqual([]);

    const next = chats.open({ browser, surroundings: { store: blocked } });
    next.chat.send('Another one');
    await until('the answer', () => answers(next.chat)[0]?.state === 'answered');
    expect(messages(next.chat)).toEqual(['Another one']);
  });

  test('a page that clears its local storage when somebody signs out means the chat as well', async () => {
    const browser = createBrowser();
    const first = chats.open({ browser });
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    await kept(browser.databases, (copies) => copies.has('facts') && keysOf(copies).length === 0);
    first.tab.kill();
    first.chat.close();
    browser.stored.clear();
    const { chat } = chats.open({ browser });
    chat.send('Another one');
    await until('the answer', () => answers(chat)[0]?.state === 'answered');
    expect(messages(chat)).toEqual(['Another one']);
    await kept(browser.databases, (copies) => !JSON.stringify([...copies]).includes('One'));
  });

  test('works before the chat has been loaded', async () => {
    const browser = createBrowser();
    const first = chats.open({ browser });
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    await kept(browser.databases, (copies) => copies.has('facts'));
    const { chat } = chats.reload(first);
    chat.forget();
    await expect.poll(() => browser.databases.databases(), { timeout: 10_000 }).toEqual([]);
  });
});

describe('while the server is away', () => {
  test('[D5] a reload shows what was said, and asks only for what is newer once the server is back', async () => {
    const first = chats.open();
    first.chat.send('One');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    const { seq } = first.chat.transcript.value;
    await kept(
      first.browser.databases,
      (copies) => (copies.get('facts') as { through?: number })?.through === seq,
    );
    const away = chats.reload(first, { surroundings: noWay });
    away.chat.start();
    await until('the transcript', () => answers(away.chat)[0]?.state === 'answered');
    expect(messages(away.chat)).toEqual(['One']);
    expect(away.chat.unread.value, 'not read yet: still counted').toBe(1);
    const told: number[] = [];
    const { chat } = chats.reload(away, {
      surroundings: {
        loadLive: async () => ({
          createLive: (options: LiveOptions) =>
            createLive({
              ...options,
              on: {
                ...options.on,
                facts(event) {
                  told.push(event.after);
                  options.on.facts(event);
                },
              },
            }),
        }),
      },
    });
    chat.start();
    await until('the transcript', () => messages(chat).length === 1);
    chat.send('Two');
    await until('the second answer', () => answers(chat)[1]?.state === 'answered');
    expect(Math.min(...told)).toBeGreaterThanOrEqual(seq);
  });

  test('a conversation that has been erased meanwhile is gone as soon as the server is reached', async () => {
    const first = chats.open();
    first.chat.send('To be erased');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    await kept(first.browser.databases, (copies) => copies.has('facts'));
    const gone = first.chat.transcript.value.conversationId;
    const stranger = chats.open();
    stranger.chat.send('I am somebody else');
    await until('the stranger', () => answers(stranger.chat)[0]?.state === 'answered');
    const owner = await server.store.db
      .selectFrom('conversations')
      .select('customer_id')
      .where('id', '=', stranger.chat.transcript.value.conversationId)
      .executeTakeFirstOrThrow();
    // The session is good, but this conversation is not found.
    await server.store.db.updateTable('conversations').set(owner).where('id', '=', gone).execute();
    const { chat, browser } = chats.reload(first);
    chat.start();
    await until('a new conversation', () => chat.transcript.value.conversationId !== gone);
    expect(messages(chat)).toEqual([]);
    await kept(browser.databases, (copies) => !copies.has('facts'));
  });

  test('another customer does not see it', async () => {
    const browser = createBrowser();
    const first = chats.open({ browser });
    first.chat.send('Mine');
    await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
    await kept(browser.databases, (copies) => copies.has('facts'));
    first.chat.close();
    // The server has forgotten the first customer; the page is somebody else from here on.
    await putCopy(browser.databases, 'session', { customerId: 'x', token: 'x.y' });
    const away = chats.open({ browser, surroundings: noWay });
    away.chat.start();
    await until('offline', () => away.chat.connection.value === 'offline');
    expect(messages(away.chat)).toEqual([]);
  });
});
