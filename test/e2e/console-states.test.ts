import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { morning } from '../console/morning.ts';
import { northcardBot } from '../console/northcard.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { lookAtConsole as look } from '../support/console-look.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let bot: TestBot;
let browser: Browser;
let site: Site;
let ana: Agent;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  [bot, server, browser] = await Promise.all([
    startTestBot(northcardBot),
    startTestServer(inject('postgresUrl')),
    launchChromium(),
  ]);
  site = await server.addSite(
    { kind: 'http', url: bot.url, secret: 'test secret' },
    { title: 'Northcard help' },
  );
  ana = await server.store.agents.add({ name: 'Ana', email: 'ana@northcard.example', siteIds: [site.id] });
});
afterAll(async () => {
  for (const one of open) await one.close();
  await browser?.close();
  await server?.close();
  await bot?.close();
});

test('every state of the console is sound in light and dark, on a desktop, a tablet and a phone', async () => {
  const page = await browser.newPage(desktop);
  page.setDefaultTimeout(10_000);
  const faults = watchForFaults(page);
  // Chromium reports what this test brings about: nobody signed in at first, then a cut line.
  const expected = /status of 401|ERR_INTERNET_DISCONNECTED/;
  await page.goto(`${server.url}/console/?error=INVALID_TOKEN`);
  await page.getByText('This sign-in link was used before').waitFor();
  await look(page, 'sign-in');

  await page.goto(await server.app.identity.signInLink(ana.email, server.url));
  await page.getByText('Nobody waits. You will hear').waitFor();
  await look(page, 'empty');
  await page.getByRole('button', { name: 'Not now' }).click();

  const { mine, bens } = await morning(server, site, open);
  await page.reload();
  await page.locator('[data-row]').nth(5).waitFor();
  await page.getByRole('button', { name: /Recently resolved/ }).click();
  await look(page, 'queue');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await look(page, 'shortcuts');
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: /standing at a till/ }).click();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  await look(page, 'waiting');
  await page.locator(`[data-row="${bens.conversationId}"]`).click();
  await page.getByText('Ben is in this conversation.').waitFor();
  await look(page, 'reading-along');

  await page.locator(`[data-row="${mine.conversationId}"]`).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  const box = page.getByLabel('Reply to the customer');
  await box.fill(
    'Hello! I can see your €50 from 13:02. Your bank asked for a second check, so it is pending on our side.',
  );
  await box.press('Enter');
  await mine.until('message.sent', (fact) => fact.by.kind === 'agent');
  await mine.send('message:send', { text: 'Thank you. When will it be there?' });
  await page.getByRole('log').getByText('When will it be there?').waitFor();
  await box.fill("I'll write to you here the moment it arrives");
  await look(page, 'mine');
  await page.setViewportSize({ width: 768, height: 1024 });
  await page.getByRole('button', { name: 'About this conversation' }).click();
  await look(page, 'about');
  await page.setViewportSize({ width: 768, height: 1024 });
  await page.getByRole('button', { name: 'About this conversation' }).click();
  await page.setViewportSize(desktop.viewport ?? { width: 1280, height: 800 });
  await page.getByRole('button', { name: /^Note/ }).click();
  await page.getByLabel('Note for colleagues').fill('His bank is slow today, see the status page.');
  await look(page, 'note');
  await page.getByRole('button', { name: /^Hand back/ }).click();
  await page.getByText('What was decided?').waitFor();
  await look(page, 'hand-back');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Resolve/ }).click();
  await page.getByText("Is the customer's question solved?").waitFor();
  await look(page, 'resolve');
  await page.keyboard.press('Escape');
  await page.context().setOffline(true);
  await page.getByText('Connection lost.').waitFor();
  await page.getByLabel('Note for colleagues').press('Enter');
  const kept = await page.getByText('Kept. Goes out when').boundingBox();
  const note = await page.getByRole('log').getByText('His bank is slow today').boundingBox();
  expect(kept?.y, 'below the words, not beside them').toBeGreaterThanOrEqual(
    (note?.y ?? NaN) + (note?.height ?? NaN),
  );
  await look(page, 'offline');
  await page.context().setOffline(false);
  await page.getByText('Connection lost.').waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'Feedback' }).click();
  await page.getByText('in all').waitFor();
  await look(page, 'feedback');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Filters' }).click();
  await look(page, 'feedback-filters');
  await page.getByRole('button', { name: 'I topped up €50 by card' }).first().click();
  await page.getByRole('complementary', { name: 'Conversation' }).getByText('You accepted').waitFor();
  await look(page, 'feedback-reading');
  await page.keyboard.press('Escape');
  await page.getByLabel('Text').fill('nothing says this');
  await page.getByText('Nothing matches.').waitFor();
  await look(page, 'feedback-nothing');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await look(page, 'settings');
  expect(faults.filter((fault) => !expected.test(fault))).toEqual([]);
});
