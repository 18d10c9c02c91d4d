import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import {
  address,
  age,
  declined,
  deleted,
  fee,
  northcardBot,
  play,
  statement,
  topUp,
} from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { connectAgent, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const folder = fileURLToPath(new URL('../screenshots/console/', import.meta.url));
const sizes = [
  { name: 'desktop', width: 1280, height: 800 },
  { name: 'tablet', width: 820, height: 1180 },
  { name: 'phone', width: 390, height: 844 },
];

let server: TestServer;
let bot: TestBot;
let browser: Browser;
let site: Site;
let ana: Agent;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
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

/** Looks at one state of the page at every size, light and dark: no finding of axe, nothing cut off at the side. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const { name: size, ...viewport } of sizes) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png` });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${name} is wider than a ${size}`).toBe(0);
      // Colours are the same at every size, and a tablet shows nothing that neither of the others shows.
      const isNew = colorScheme === 'light' ? size === 'desktop' : size === 'phone';
      const findings = isNew ? await axeFindings(page) : [];
      expect(findings, `${name}, ${size}, ${colorScheme}`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** A morning at Northcard: some wait, some are with a person, some are done. */
async function morning() {
  const waitingFor = async (scene: Parameters<typeof play>[2], seconds: number): Promise<TestCustomer> => {
    const customer = await play(server, site.key, scene);
    open.push(customer);
    await age(server, customer.conversationId, seconds * 1_000);
    return customer;
  };
  const [mine, bens, done] = [
    await waitingFor(topUp, 760),
    await waitingFor(address, 900),
    await waitingFor(fee, 3_000),
  ];
  await waitingFor(declined, 372);
  await waitingFor({ ...fee, questions: ['Why was I charged €4? That is not what the table says'] }, 200);
  await waitingFor(deleted, 48);
  await waitingFor(statement, 20);
  const ben = await server.addAgent(site, 'Ben');
  const desk = await connectAgent(server.url, ben.cookie);
  open.push(desk);
  await desk.send('note:add', mine.conversationId, {
    text: 'Third one today with this bank: tell the product team.',
  });
  for (const { conversationId } of [bens, done]) await desk.send('handoff:accept', conversationId, {});
  await desk.send('message:send', bens.conversationId, { text: "I've updated it, you'll get a mail." });
  await desk.send('message:send', done.conversationId, {
    text: 'You are right, the table is old. I paid €1.50 back.',
  });
  await desk.send('conversation:resolve', done.conversationId, { outcome: 'solved' });
  await done.send('conversation:rate', { rating: 4, comment: 'Quick once I had a person' });
  return { mine, bens, done };
}

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

  const { mine, bens } = await morning();
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
  await page.setViewportSize({ width: 820, height: 1180 });
  await page.getByRole('button', { name: 'About this conversation' }).click();
  await look(page, 'about');
  await page.setViewportSize({ width: 820, height: 1180 });
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
  await page.getByText('Kept. Goes out when').waitFor();
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
