import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type DemoBot, prepareDemo, startDemoBot } from '../../server/demo.ts';
import { axeFindings } from '../support/axe.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const pictures = fileURLToPath(new URL('../screenshots/feedback-loop/', import.meta.url));
const secret = 'the loop is signed';
const wide = { width: 1280, height: 800 };

let browser: Browser;
let bot: DemoBot;
let server: TestServer;
let agentEmail: string;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  bot = await startDemoBot(secret);
  server = await startTestServer(inject('postgresUrl'), { sessionsPerMinute: 1_000 });
  agentEmail = (await prepareDemo(server.store, { url: bot.url, secret })).agent.email;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await bot?.stop();
});

/** One moment as it looks on both devices, in both schemes; and what axe says of it. */
async function picture(page: Page, step: string, scope: string): Promise<void> {
  for (const [device, size] of [
    ['phone', { width: 390, height: 844 }],
    ['desktop', wide],
  ] as const) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const path = `${pictures}${step}-${device}-${colorScheme}.png`;
      await page.screenshot({ path, animations: 'disabled' });
      expect.soft(await axeFindings(page, scope), `axe at ${step}, ${device}, ${colorScheme}`).toEqual([]);
    }
  }
}

test('a thumb is looked at, leads to a change, and whoever gave it is told and can try again', async () => {
  const customer = await (await browser.newContext({ ...desktop, locale: 'en-GB' })).newPage();
  const reviewer = await (await browser.newContext(desktop)).newPage();
  const faults = [watchForFaults(customer), watchForFaults(reviewer)];
  await reviewer.goto(await server.app.identity.signInLink(agentEmail, server.url));
  await reviewer.getByRole('heading', { name: 'Inbox' }).waitFor({ state: 'attached' });
  await customer.goto(`${server.url}/demo/`);

  const panel = customer.locator('hand-rail').getByRole('dialog');
  await customer.getByRole('button', { name: 'Ask', exact: true }).click();
  await panel.getByRole('textbox', { name: 'Your message' }).fill('Why was I charged a fee?');
  await customer.keyboard.press('Enter');
  await panel.getByRole('button', { name: 'Bad answer' }).click();
  await panel.getByText('People in our team read this').waitFor();
  await panel.getByRole('textbox', { name: 'What would have been right?' }).fill('Transfers are free.');
  await panel.getByLabel("Don't train AI on it").check();
  await picture(customer, '1-form', 'hand-rail');
  await panel.getByRole('button', { name: 'Send', exact: true }).click();
  await panel.getByText("You'll see here what comes of it.").waitFor();

  await reviewer.getByRole('link', { name: 'Feedback' }).click();
  await reviewer.getByText('Right would be: Transfers are free.').waitFor();
  await reviewer.getByText('Do not train').waitFor();
  await reviewer.getByRole('button', { name: 'Why was I charged a fee?' }).focus();
  await reviewer.keyboard.press('l');
  await reviewer.locator('.status-cell').getByText('Looked at', { exact: true }).first().waitFor();
  await panel.locator('.thanks').getByText('Our team has looked at this.').waitFor();
  await picture(customer, '2-looked-at', 'hand-rail');
  await customer.setViewportSize(wide);
  await panel.getByRole('button', { name: 'Close chat' }).click();

  // A decision is owed a word; without the network nothing is lost.
  await reviewer.keyboard.press('c');
  const word = reviewer.getByRole('textbox', { name: /a word why/ });
  await word.fill('The table was out of date.');
  await picture(reviewer, '3-word', 'html');
  await reviewer.setViewportSize(wide);
  await reviewer.context().setOffline(true);
  await word.press('Enter');
  await reviewer.getByText('That did not get through.').waitFor();
  await reviewer.context().setOffline(false);
  await reviewer.getByRole('button', { name: 'Try again' }).click();
  await reviewer.getByText('“The table was out of date.”').waitFor();
  await reviewer.getByText('100 %').waitFor();
  await picture(reviewer, '4-changed', 'html');
  await reviewer.setViewportSize(wide);
  await reviewer.getByLabel('Status').selectOption('Not changed');
  await reviewer.getByText('Nothing matches.').waitFor();

  // At the next visit there is news, and the question can be asked once more.
  await customer.reload();
  await customer.getByRole('button', { name: /1 new message/ }).click();
  await panel.locator('.offer').getByText('You told us this was wrong. We changed it. Try again.').waitFor();
  await panel.locator('.thanks').getByText('We changed it. The table was out of date.').waitFor();
  await picture(customer, '5-told', 'hand-rail');
  await customer.setViewportSize(wide);
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => panel.locator('.bubble.mine').count()).toBe(2);
  await panel.getByRole('button', { name: 'Bad answer' }).nth(1).waitFor();
  await panel.getByRole('button', { name: 'Close chat' }).click();
  await customer.reload();
  await customer.getByRole('button', { name: 'Ask', exact: true }).waitFor();
  expect(await customer.getByRole('button', { name: /new message/ }).count(), 'told once').toBe(0);

  const expected = /Failed to load resource|ERR_INTERNET_DISCONNECTED|WebSocket/;
  expect(faults.flat().filter((fault) => !expected.test(fault))).toEqual([]);
  await Promise.all([customer.context().close(), reviewer.context().close()]);
});
