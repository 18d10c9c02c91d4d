import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { connectAgent } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bundle, bundleLoader, serveWidgetPage, type WidgetPage } from '../support/widget-page.ts';

let browser: Browser;
let server: TestServer;
let bot: TestBot;
let page: WidgetPage;
let key: string;
let cookie: string;
beforeAll(async () => {
  bot = await startTestBot(echo);
  server = await startTestServer(inject('postgresUrl'));
  const site = await server.addSite({ kind: 'http', url: bot.url, secret: 'secret-of-the-test-bot' });
  key = site.key;
  cookie = (await server.addAgent(site)).cookie;
  const files = new Map([...(await bundle('widget/attach.ts')), ...(await bundleLoader())]);
  page = await serveWidgetPage(
    files,
    (nonce) =>
      `<script async nonce="${nonce}" src="/handrail.js" data-site="${key}" data-server="${server.url}"></script>`,
    `${server.url} ${server.url.replace('http', 'ws')}`,
  );
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await page.close();
  await server.close();
  await bot.close();
});

const words = (view: Page) => view.getByRole('log');

test('a customer asks, is answered, reloads, and reaches a person who answers', async () => {
  const view = await (await browser.newContext({ ...desktop, locale: 'de-AT' })).newPage();
  const faults = watchForFaults(view);
  view.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  await view.goto(page.url);
  await view.getByRole('button', { name: 'Ask' }).click();
  await view.getByRole('heading', { name: 'Test help' }).waitFor();
  const composer = view.getByRole('textbox', { name: 'Your message' });
  await composer.fill('Where is my card?');
  await composer.press('Enter');
  await words(view).getByText('You asked: Where is my card?').waitFor();
  await view.getByRole('link', { name: 'Help' }).waitFor();

  await view.reload();
  await words(view).getByText('You asked: Where is my card?').waitFor();

  await view.getByRole('button', { name: 'Bad answer' }).click();
  await view.getByRole('button', { name: 'Wrong', exact: true }).click();
  await view.getByRole('button', { name: 'Send', exact: true }).click();
  await view.getByText('Thank you. A person reads this.').waitFor();

  await view.getByRole('dialog').getByRole('button', { name: 'Talk to a human' }).click();
  await view.getByText('Nobody is here right now').waitFor();

  const agent = await connectAgent(server.url, cookie);
  await view.getByText("You're next in line").waitFor();
  const [row] = await waitingRows(agent);
  if (row === undefined) throw new Error('nobody waits');
  await agent.send('handoff:accept', row.id, {});
  await view.locator('.rail').getByText('Ana · Support').waitFor();
  await agent.watch(row.id);
  const { context } = await agent.until('conversation.started');
  expect(context).toEqual({ language: 'de-AT', page: { url: page.url, title: 'Northcard' } });
  agent.socket.emit('typing', { conversationId: row.id, isTyping: true });
  await view.getByText('Ana is writing').waitFor({ state: 'attached' });
  await agent.send('message:send', row.id, { text: 'It is on its way.' });
  await words(view).getByText('It is on its way.').waitFor();
  await agent.send('handoff:return', row.id, { decision: 'a new card is sent' });
  await words(view).getByText('What was decided: a new card is sent.').waitFor();
  await view.getByRole('radio', { name: 'Very good' }).check();
  await view.getByRole('button', { name: 'Send', exact: true }).click();
  await words(view).getByText('You rated this conversation: Very good').waitFor();
  agent.close();
  expect(faults).toEqual([]);
  await view.context().close();
});

test('what is said while the rest of the chat cannot be loaded is sent once it can', async () => {
  const view = await (await browser.newContext(desktop)).newPage();
  await view.goto(page.url);
  page.broken.add('/assets/visit');
  await view.getByRole('button', { name: 'Ask' }).click();
  const composer = view.getByRole('textbox', { name: 'Your message' });
  await composer.fill('Is anybody there?');
  await composer.press('Enter');
  await view.getByText("You're offline. What you write is kept and sent when you're back.").waitFor();
  await words(view).getByText('Is anybody there?').waitFor();
  page.broken.clear();
  await words(view).getByText('You asked: Is anybody there?').waitFor();
  await view.context().close();
});

/** The rows of the desk that wait, once there is one. */
async function waitingRows(agent: Awaited<ReturnType<typeof connectAgent>>) {
  const { conversations } = await agent.desk;
  const waiting = conversations.filter(({ status }) => status === 'waiting');
  if (waiting.length > 0) return waiting;
  return new Promise<typeof conversations>((resolve) =>
    agent.socket.on('summaries', ({ conversations: rows }) => {
      if (rows.some(({ status }) => status === 'waiting')) resolve(rows);
    }),
  );
}
