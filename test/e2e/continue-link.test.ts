import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { connectAgent } from '../support/clients.ts';
import { identityOf } from '../support/identities.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bundle, bundleLoader, serveWidgetPage, type WidgetPage } from '../support/widget-page.ts';

const email = 'kim@example.com';
const folder = fileURLToPath(new URL('../screenshots/continue/', import.meta.url));
let browser: Browser;
let server: TestServer;
let bot: TestBot;
let page: WidgetPage;
let site: Site;
let secret: string;
/** Further attributes of the script tag. */
let attributes = '';
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  bot = await startTestBot(echo);
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'secret-of-the-test-bot' });
  secret = await server.store.sites.makeIdentitySecret(site.id);
  const files = new Map([...(await bundle('widget/attach.ts')), ...(await bundleLoader())]);
  page = await serveWidgetPage(
    files,
    (nonce) =>
      `<script async nonce="${nonce}" src="/handrail.js" data-site="${site.key}" data-server="${server.url}" ${attributes}></script>`,
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
async function visitor(options = {}) {
  const view = await (await browser.newContext({ ...desktop, ...options })).newPage();
  view.setDefaultTimeout(10_000);
  return { view, faults: watchForFaults(view) };
}
async function say(view: Page, text: string) {
  const composer = view.getByRole('textbox', { name: 'Your message' });
  await composer.fill(text);
  await composer.press('Enter');
  await words(view).getByText(text, { exact: true }).waitFor();
}

/** A customer in a browser of their own who was answered after they had gone; and the link to it. */
async function answeredAway(question: string) {
  const { view } = await visitor();
  await view.goto(page.url);
  await view.getByRole('button', { name: 'Ask' }).click();
  await say(view, question);
  await view.getByRole('dialog').getByRole('button', { name: 'Talk to a human' }).click();
  await view.getByText('Nobody is here right now').waitFor();
  const conversationId = await eventuallyWaiting(question);
  await server.app.engine.forCustomer({ customer: await ownerOf(conversationId), site }, 'followup:ask', {
    cid: crypto.randomUUID(),
    conversationId,
    email,
  });
  await view.getByRole('button', { name: 'Close' }).first().click();
  await view.goto('about:blank');
  const agent = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  await agent.send('handoff:accept', conversationId, {});
  await agent.send('message:send', conversationId, { text: `Answer to: ${question}` });
  agent.close();
  return {
    view,
    conversationId,
    hash: `#handrail=${server.app.continueLinks.sign(conversationId, email, Date.now())}`,
  };
}
async function eventuallyWaiting(topic: string): Promise<string> {
  let id = '';
  await expect
    .poll(async () => {
      const queue = await server.store.conversations.queue(site.id, Date.now());
      const rows = await server.store.conversations.summaries(queue.map((row) => row.id));
      id = rows.find((row) => row.topic === topic)?.id ?? '';
      return id;
    })
    .not.toBe('');
  return id;
}
async function ownerOf(conversationId: string) {
  const head = await server.store.conversations.head(conversationId);
  if (head === null) throw new Error('no such conversation');
  return { id: head.customerId, siteId: site.id };
}

test('what a person wrote while the customer was away shows as unread at the next visit', async () => {
  const { view } = await answeredAway('Is my refund there?');
  await view.goto(page.url);
  // That somebody joined, and what they wrote.
  await view.getByRole('button', { name: '2 new messages' }).waitFor();
  await view.context().close();
}, 60_000);

test('the link opens the conversation in another browser, once read is gone from the address, and goes on there', async () => {
  const { view: first, hash } = await answeredAway('Where is my card?');
  const { view, faults } = await visitor();
  await view.goto(`${page.url}?from=mail${hash}`);
  await words(view).getByText('Answer to: Where is my card?').waitFor();
  expect(await view.evaluate(() => location.href)).toBe(`${page.url}?from=mail`);
  await say(view, 'Thank you, it came.');
  await view.reload();
  await words(view).getByText('Thank you, it came.').waitFor();
  await first.goto(page.url);
  await first.getByRole('button', { name: /Ask/ }).click();
  await words(first).getByText('Thank you, it came.').waitFor();
  expect(faults).toEqual([]);
  for (const one of [view, first]) await one.context().close();
}, 60_000);

test('a link of somebody else leaves the chat of this browser alone, and opens on our page, light and dark, and on a phone', async () => {
  const { view: first, hash } = await answeredAway('What does it cost?');
  const { view, faults } = await visitor();
  await view.goto(page.url);
  await view.getByRole('button', { name: 'Ask' }).click();
  await say(view, 'My own question');
  await view.goto('about:blank');
  await view.goto(page.url + hash);
  await view.waitForURL(`${server.url}/continue/${site.key}`);
  await words(view).getByText('Answer to: What does it cost?').waitFor();
  await view.screenshot({ path: `${folder}light.png` });
  await view.emulateMedia({ colorScheme: 'dark' });
  await view.screenshot({ path: `${folder}dark.png` });
  await view.goto(page.url);
  await words(view).getByText('My own question', { exact: true }).waitFor();
  expect(await words(view).getByText('What does it cost').count()).toBe(0);
  expect(faults).toEqual([]);

  const { view: phone } = await visitor({ viewport: { width: 375, height: 667 } });
  await phone.goto(`${server.url}/continue/${site.key}${hash}`);
  await words(phone).getByText('Answer to: What does it cost?').waitFor();
  for (const one of [view, first, phone]) await one.context().close();
}, 60_000);

test('beyond its conversation the browser of a link is somebody new, and loses no word', async () => {
  const { view: first, conversationId, hash } = await answeredAway('Can I raise my limit?');
  const { view } = await visitor();
  await view.goto(page.url + hash);
  await words(view).getByText('Answer to: Can I raise my limit?').waitFor();
  await server.app.engine.forCustomer(
    { customer: await ownerOf(conversationId), site },
    'conversation:resolve',
    { cid: crypto.randomUUID(), conversationId, outcome: 'solved' },
  );
  await view.getByRole('button', { name: 'Start a new conversation' }).click();
  await say(view, 'Something else entirely');
  await words(view).getByText('You asked: Something else entirely').waitFor();
  const owner = await ownerOf(conversationId);
  const own = await server.store.conversations.ofCustomer(owner);
  expect(own.map(({ id }) => id)).toEqual([conversationId]);
  for (const one of [view, first]) await one.context().close();
}, 60_000);

test('the page says who the customer is, by an attribute; a wrong word of it stops nobody', async () => {
  attributes = `data-identity="${identityOf(secret, 'ada', { name: 'Ada Byron' })}"`;
  const { view } = await visitor();
  await view.goto(page.url);
  await view.getByRole('button', { name: 'Ask' }).click();
  await say(view, 'Who am I?');
  await words(view).getByText('You asked: Who am I?').waitFor();
  await view.getByRole('dialog').getByRole('button', { name: 'Talk to a human' }).click();
  const id = await eventuallyWaiting('Who am I?');
  expect(await server.store.conversations.summary(id)).toMatchObject({ customer: { name: 'Ada Byron' } });
  attributes = `data-identity="${identityOf('wrong', 'eve')}"`;
  await view.reload();
  await words(view).getByText('You asked: Who am I?').waitFor();
  await say(view, 'Still here?');
  attributes = '';
  await view.context().close();
}, 60_000);

test('who signs in on the page goes on where they were, in every tab', async () => {
  const { view } = await visitor();
  await view.goto(page.url);
  await view.getByRole('button', { name: 'Ask' }).click();
  await say(view, 'Not signed in yet');
  await words(view).getByText('You asked: Not signed in yet').waitFor();
  const tab = await view.context().newPage();
  tab.setDefaultTimeout(10_000);
  await tab.goto(page.url);
  const ask = tab.getByRole('button', { name: 'Ask' });
  if (!(await words(tab).isVisible())) await ask.click();
  await words(tab).getByText('You asked: Not signed in yet').waitFor();

  attributes = `data-identity="${identityOf(secret, 'grace', { name: 'Grace' })}"`;
  const signedIn = view.waitForResponse(/\/v1\/sessions\/identity$/);
  await view.reload();
  expect((await signedIn).status()).toBe(200);
  attributes = '';
  await words(view).getByText('You asked: Not signed in yet').waitFor();
  await say(tab, 'From the other tab');
  await words(view).getByText('You asked: From the other tab').waitFor();
  await view.context().close();
}, 60_000);
