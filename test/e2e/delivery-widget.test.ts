import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium } from '../support/chromium.ts';
import { connectAgent } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { bundle, bundleLoader, serveWidgetPage, type WidgetPage } from '../support/widget-page.ts';

let browser: Browser;
let database: Awaited<ReturnType<typeof createDatabase>>;
let server: TestServer;
let bot: TestBot;
let site: Site;
let host: WidgetPage;
let context: BrowserContext;
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
  bot = await startTestBot(echo);
  database = await createDatabase(inject('postgresUrl'));
  server = await startTestServer(inject('postgresUrl'), {}, database.url);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'secret-of-the-test-bot' });
  const files = new Map([...(await bundle('widget/attach.ts')), ...(await bundleLoader())]);
  host = await serveWidgetPage(
    files,
    (nonce) =>
      `<script async nonce="${nonce}" src="/handrail.js" data-site="${site.key}" data-server="${server.url}"></script>`,
    `${server.url} ${server.url.replace('http', 'ws')}`,
  );
  // Playwright turns the back-forward cache off.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
afterEach(async () => {
  await startServer();
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await host.close();
  await server.close();
  await bot.close();
  await database.drop();
});

type Desk = Awaited<ReturnType<typeof connectAgent>>;

/** A page of a customer of their own with the chat open. */
async function openChat(prepare?: (context: BrowserContext) => Promise<unknown>): Promise<Page> {
  context = await browser.newContext({ ...desktop, locale: 'en-GB' });
  opened.push(context);
  await prepare?.(context);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(host.url);
  await page.getByRole('button', { name: 'Ask' }).click();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Your message' });
  await composer.fill(text);
  await composer.press('Enter');
}

const log = (page: Page) => page.getByRole('log');
const answer = (page: Page, text: string) => log(page).getByText(`You asked: ${text}`).waitFor();
const sockets = () => server.app.realtime.customers.sockets.size;

/** What the server has of the messages of all customers of this test, in order. */
async function said(): Promise<string[]> {
  const rows = await server.store.db
    .selectFrom('facts')
    .select(['body'])
    .orderBy('conversation_id')
    .orderBy('seq')
    .execute();
  return rows.flatMap(({ body }) => (body.type === 'message.sent' ? [body.text] : []));
}
const saidOf = async (texts: readonly string[]) => (await said()).filter((text) => texts.includes(text));

async function connectDesk(): Promise<Desk> {
  const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  opened.push(desk);
  return desk;
}

async function requestHuman(page: Page, desk: Desk): Promise<string> {
  const asked = new Promise<string>((resolve) => {
    desk.socket.on('summaries', ({ conversations }) => {
      const row = conversations.find(({ status }) => status === 'waiting');
      if (row !== undefined) resolve(row.id);
    });
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Talk to a human' }).click();
  return asked;
}

let isStopped = false;
async function stopServer(): Promise<void> {
  isStopped = true;
  await server.close();
}
/** At the same address, on the same data. */
async function startServer(): Promise<void> {
  if (!isStopped) return;
  const port = Number(new URL(server.url).port);
  server = await startTestServer(inject('postgresUrl'), { port }, database.url);
  isStopped = false;
}

describe('phones', () => {
  test('a page in the back-forward cache holds no socket, and comes back with what was said meanwhile', async () => {
    const page = await openChat((made) =>
      made.addInitScript(() => {
        addEventListener('pageshow', ({ persisted }) => {
          document.documentElement.dataset.persisted = String(persisted);
        });
      }),
    );
    await say(page, 'Before I go');
    await answer(page, 'Before I go');
    const desk = await connectDesk();
    const id = await requestHuman(page, desk);
    await desk.send('handoff:accept', id, {});
    await page.locator('.rail').getByText('Ana · Support').waitFor();
    expect(sockets()).toBe(1);

    await page.goto(`${host.url}page.css`);
    await eventually(sockets).toBe(0);
    await desk.send('message:send', id, { text: 'Said while you were away' });
    // A page from the cache is not loaded again.
    await page.goBack({ waitUntil: 'commit' });
    await log(page).getByText('Said while you were away').waitFor();
    expect(await page.locator('html').getAttribute('data-persisted')).toBe('true');
    expect(sockets()).toBe(1);
    await say(page, 'I am back');
    await desk.watch(id);
    await desk.until('message.sent', ({ text }) => text === 'I am back');
  });

  test('offline: kept and shown as such; online again: sent, and what was missed is there', async () => {
    const page = await openChat();
    await say(page, 'First words');
    await answer(page, 'First words');
    const desk = await connectDesk();
    const id = await requestHuman(page, desk);
    await desk.send('handoff:accept', id, {});
    await page.locator('.rail').getByText('Ana · Support').waitFor();
    await context.setOffline(true);
    await page.getByText("You're offline. What you write is kept and sent when you're back.").waitFor();
    await say(page, 'From the tunnel');
    await desk.send('message:send', id, { text: 'Are you there?' });
    await context.setOffline(false);
    await log(page).getByText('Are you there?').waitFor();
    await desk.watch(id);
    await desk.until('message.sent', ({ text }) => text === 'From the tunnel');
    await page.getByText("You're offline.").waitFor({ state: 'detached' });
    expect(await saidOf(['From the tunnel'])).toHaveLength(1);
  });
});

describe('[D6] what is unsent survives', () => {
  test('a crash of the tab, and a local storage that lost it', async () => {
    const page = await openChat();
    await say(page, 'Before the crash');
    await answer(page, 'Before the crash');
    await stopServer();
    await say(page, 'My last words');
    await say(page, 'and some more');
    await kept(page, 2);
    const crash = page.waitForEvent('crash');
    const protocol = await context.newCDPSession(page);
    // Never answered: there is nobody left to do so.
    protocol.send('Page.crash').catch(() => undefined);
    await crash;
    await page.close();

    const next = await context.newPage();
    next.setDefaultTimeout(20_000);
    await next.route(
      host.url,
      (route) => route.fulfill({ contentType: 'text/html', body: '<title>x</title>' }),
      {
        times: 1,
      },
    );
    await next.goto(host.url);
    // As if the browser had not brought the last seconds to the disk.
    await next.evaluate(() => {
      for (const key of Object.keys(localStorage)) if (key.includes('/outbox/')) localStorage.removeItem(key);
    });
    await next.goto(host.url);
    await next.getByRole('button', { name: 'Ask' }).click();
    await next.getByText("You're offline.").waitFor();
    await log(next).getByText('You asked: Before the crash').waitFor();
    await log(next).getByText('My last words').waitFor();
    await startServer();
    await answer(next, 'and some more');
    expect(await saidOf(['My last words', 'and some more'])).toEqual(['My last words', 'and some more']);
  });

  test.each([
    [
      'forbidden',
      () => {
        Object.defineProperty(window, 'localStorage', {
          get() {
            throw new DOMException('forbidden', 'SecurityError');
          },
        });
      },
    ],
    [
      'full',
      () => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
      },
    ],
  ])('a reload with a local storage that is %s', async (name, spoil) => {
    const words = ['One', 'Two'].map((word) => `${word}, ${name}`);
    const page = await openChat((made) => made.addInitScript(spoil));
    await say(page, `Hello, ${name}`);
    await answer(page, `Hello, ${name}`);
    await stopServer();
    for (const word of words) await say(page, word);
    await kept(page, 2);
    await page.reload();
    // That the panel stood open is kept in another storage, which can be full as well.
    if (name === 'full') await page.getByRole('button', { name: 'Ask' }).click();
    await log(page)
      .getByText(words[1] ?? '')
      .waitFor();
    await log(page).getByText(`You asked: Hello, ${name}`).waitFor();
    await startServer();
    await answer(page, words[1] ?? '');
    expect(await saidOf(words)).toEqual(words);
  });

  test('two tabs know the same, and send it once and in order', async () => {
    const first = await openChat();
    await say(first, 'Hello from two tabs');
    await answer(first, 'Hello from two tabs');
    const second = await context.newPage();
    await second.goto(host.url);
    await eventually(sockets).toBe(2);
    await stopServer();
    const words = Array.from({ length: 6 }, (_, index) => `tab line ${index}`);
    for (const word of words) await say(first, word);
    await kept(first, words.length);
    await startServer();
    await answer(first, words.at(-1) ?? '');
    expect(await saidOf(words)).toEqual(words);
    await stopServer();
    await say(first, 'from the tab that closes');
    await kept(first, 1);
    await first.close();
    await startServer();
    await eventually(() => saidOf(['from the tab that closes'])).toHaveLength(1);
  });

  test('forgetting leaves nothing behind in this browser', async () => {
    const page = await openChat();
    await say(page, 'A secret');
    await answer(page, 'A secret');
    await eventually(() => databases(page)).toHaveLength(1);
    await page.evaluate(() => {
      const host = document.querySelector('hand-rail') as Element & { handrail: { forget(): void } };
      host.handrail.forget();
    });
    await eventually(() => databases(page)).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  });
});

const databases = (page: Page) =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));

/** Waits until the database of the page holds so many unsent commands. */
const kept = (page: Page, count: number) =>
  eventually(() =>
    page.evaluate(async () => {
      const [known] = await indexedDB.databases();
      const asked = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const opened = await asked(indexedDB.open(known?.name ?? ''));
      const keys = await asked(opened.transaction('kept').objectStore('kept').getAllKeys());
      opened.close();
      return keys.filter((key) => String(key).startsWith('outbox/')).length;
    }),
  ).toBe(count);
