import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { editorAt } from '../server/guidance-stage.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const question = 'How long does a refund take?';
let server: TestServer;
let browser: Browser;
let bot: TestBot;
/** What the bot says; while it thinks, nothing. */
let thought = Promise.resolve('A refund takes ten working days, as the bank needs its time.');

beforeAll(async () => {
  browser = await launchChromium();
  server = await startTestServer(inject('postgresUrl'));
  bot = await startTestBot(async (_, response) => {
    const text = await thought;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text }));
  });
});
afterAll(async () => {
  await browser?.close();
  await bot?.close();
  await server?.close();
});

async function guidanceAt(siteId: string): Promise<{ page: Page; faults: string[] }> {
  const email = `${crypto.randomUUID()}@northcard.example`;
  await server.store.agents.add({ name: 'Ada', email, role: 'admin', siteIds: [siteId] });
  const context = await browser.newContext(desktop);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = watchForFaults(page);
  await page.goto(await server.app.identity.signInLink(email, server.url, '/console/guidance'));
  await page.getByRole('heading', { name: 'Guidance' }).waitFor();
  return { page, faults };
}
const look = (page: Page, name: string) => lookAtConsole(page, `replay-${name}`);

test('guidance is replayed against the bot: what is asked, how far it is, what changed, and by which version', async () => {
  const site = await server.addSite(
    { kind: 'http', url: bot.url, secret: 's'.repeat(16) },
    { title: 'Northcard help' },
  );
  const editor = editorAt(server, site, await server.addAgent(site, 'Adam', 'admin'));
  await editor.live({
    text: 'A refund takes **three** working days, as the bank needs its time.',
    examples: [question],
  });
  const { page, faults } = await guidanceAt(site.id);
  const row = page.getByRole('listitem', { name: question });
  await row.getByRole('button', { name: question }).press('Enter');
  await row.getByRole('button', { name: 'Replay' }).press('Enter');
  await row.getByText('It has not been replayed yet.').waitFor();
  await row.getByRole('button', { name: 'Questions and checks…' }).press('Enter');
  await row.getByLabel('Further questions that must get it').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('What of my money, then?');
  await row.getByLabel('Close questions that must not change').fill('How long does a transfer take?');
  await row.getByLabel('The answer contains').fill('three working days');
  await look(page, 'case');
  await row.getByRole('button', { name: 'Keep' }).click();
  await row.getByText('Kept. It holds from the next replay on.').waitFor();
  expect(await row.getByRole('form', { name: 'Questions and checks' }).count()).toBe(0);

  const thinking = Promise.withResolvers<string>();
  thought = thinking.promise;
  await row.getByLabel('Version of the bot').fill('2026.11');
  await page.keyboard.press('Enter');
  await row.getByText('0 of 3 questions asked').first().waitFor();
  expect(await row.getByRole('button', { name: 'Replay version 1' }).isDisabled()).toBe(true);
  await look(page, 'running');
  // On a phone the version stands in one line, also beside both buttons.
  await page.setViewportSize({ width: 390, height: 844 });
  const version = row.getByRole('rowheader', { name: '2026.11' });
  expect(
    await version.evaluate((cell) => {
      const words = document.createRange();
      words.selectNodeContents(cell);
      return new Set([...words.getClientRects()].map(({ top }) => top)).size;
    }),
  ).toBe(1);
  await page.setViewportSize({ width: 1280, height: 800 });
  thinking.resolve('A refund takes ten working days, as the bank needs its time.');
  await row.getByText('1 of 3 failed').waitFor();
  const results = row.getByRole('list', { name: 'What came of each question' });
  await results.getByText('It must get this guidance, and does not.').waitFor();
  const passed = results.getByRole('listitem').filter({ hasText: question }).first();
  await passed.locator('summary').press('Enter');
  expect(await passed.locator('del').last().textContent()).toBe(' ten');
  expect(await passed.locator('ins').last().textContent()).toBe(' **three**');
  await look(page, 'result');

  // What fails is mended: the question becomes an example.
  await row.getByRole('button', { name: 'Change…' }).click();
  await row.getByLabel('Questions that it is for').fill(`${question}\nWhat of my money, then?`);
  await row.getByRole('button', { name: 'Propose' }).click();
  await row.getByText('Version 2 waits for approval.', { exact: false }).first().waitFor();
  await row.getByRole('button', { name: 'Replay', exact: true }).click();
  await row.getByRole('button', { name: 'Replay version 2' }).click();
  await row.getByText('All 3 passed').waitFor();
  // The next version says something else to the close question: told, and no failure.
  thought = Promise.resolve('A refund takes twelve working days, as the bank needs its time.');
  await row.getByLabel('Version of the bot').fill('2026.12');
  await row.getByRole('button', { name: 'Replay version 2' }).click();
  await row.getByText('One close question is answered otherwise than in version 2026.11.').waitFor();
  await row.getByText('All 3 passed').nth(1).waitFor();
  const close = results.getByRole('listitem').filter({ hasText: 'answered otherwise' });
  await close.locator('summary').press('Enter');
  expect(await close.locator('del').last().textContent()).toBe(' ten');
  expect(await close.locator('ins').last().textContent()).toBe(' twelve');
  await lookAtConsole(page, 'replay-otherwise', close);
  const history = row.getByRole('table');
  expect(await history.getByRole('row').count()).toBe(4);
  await history.getByRole('rowheader', { name: '2026.11' }).waitFor();

  // All that is live, from the head of the list.
  await row.getByRole('button', { name: question }).click();
  await page.getByRole('button', { name: 'Replay', exact: true }).first().click();
  await page.getByRole('button', { name: 'Replay all that is live' }).click();
  const newest = page.getByRole('table').first().getByRole('row').nth(1);
  await newest.getByRole('rowheader', { name: 'no version' }).waitFor();
  await newest.getByText('1 of 3 failed').waitFor();
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import cases…' }).click();
  await (await chosen).setFiles({
    name: 'cases.jsonl',
    mimeType: 'text/plain',
    buffer: Buffer.from('nonsense'),
  });
  await page.getByText('Something in it does not fit').waitFor();
  await look(page, 'all');
  await page.context().setOffline(true);
  await page.getByText('Connection lost.').waitFor();
  expect(await page.getByRole('button', { name: 'Replay all that is live' }).isDisabled()).toBe(true);
  await page.context().setOffline(false);
  expect(faults.filter((one) => !/ERR_INTERNET_DISCONNECTED|status of 400/.test(one))).toEqual([]);

  const paged = await server.addSite({ kind: 'page' }, { title: 'Page help' });
  const other = await guidanceAt(paged.id);
  await other.page.getByRole('button', { name: 'Replay', exact: true }).click();
  await other.page.getByRole('button', { name: 'Replay all that is live' }).click();
  await other.page.getByText('a function in the page').waitFor();
  await look(other.page, 'page-bot');
});
