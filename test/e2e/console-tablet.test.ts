import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Consoles, isTheirs, startConsoles } from '../console/consoles.ts';
import { morning } from '../console/morning.ts';
import { axeFindings } from '../support/axe.ts';
import { desktop } from '../support/chromium.ts';
import { layoutFaults } from '../support/layout-faults.ts';

const folder = fileURLToPath(new URL('../screenshots/console/', import.meta.url));
const tablet: BrowserContextOptions = { viewport: { width: 768, height: 1024 }, hasTouch: true };

let consoles: Consoles;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

/** Goes through the desk with a finger or a mouse, and has each state of it looked at. */
async function walk(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const site = await consoles.newSite();
  const ana = await consoles.newAgent(site, 'Ana', 'admin');
  for (const [shortcut, title, text] of [
    ['pending', 'Pending at the bank', 'Your bank has asked for a second check. That takes up to a day.'],
    ['hello', 'Greeting', 'Hello, {{agent.name}} here. I have read all of it.'],
  ] as const) {
    const kept = {
      siteId: site.id,
      team: null,
      shortcut,
      title,
      text,
      updatedAt: Date.now(),
      updatedBy: ana.id,
    };
    await consoles.server.store.canned.add(kept);
  }
  const open: { close(): unknown }[] = [];
  const { mine, bens } = await morning(consoles.server, site, open);
  for (const one of open) consoles.closeLater(one);
  await page.goto(await consoles.signInLink(ana));
  await page.getByRole('button', { name: 'Not now' }).click();
  await page.locator('[data-row]').nth(5).waitFor();
  await look('queue');
  const list = page.getByRole('navigation', { name: 'Conversations' });
  const reply = page.getByLabel('Reply to the customer');

  await page.locator(`[data-row="${bens.conversationId}"]`).click();
  await page.getByText('Ben is in this conversation.').waitFor();
  await look('reading-along');
  await page.locator(`[data-row="${mine.conversationId}"]`).click();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  await look('waiting');
  await page.getByRole('button', { name: 'Accept' }).click();
  await isTheirs(page);
  await reply.fill("I'll write to you here the moment it arrives");
  await look('mine');
  // The list, what was said and the reply are all on the screen at once, whole.
  for (const part of [list, page.getByRole('log'), reply, page.getByRole('button', { name: /^Send/ })]) {
    const box = await part.boundingBox();
    const size = page.viewportSize();
    if (box === null || size === null) throw new Error('it is not on the screen');
    expect([box.x, box.y].every((at) => at >= 0) && box.x + box.width <= size.width).toBe(true);
    expect(box.y + box.height).toBeLessThanOrEqual(size.height);
  }
  await reply.fill('');
  await reply.pressSequentially('/');
  await page.getByRole('option', { name: '/pending' }).waitFor();
  await look('picker');
  await reply.fill('');
  const about = page.getByRole('button', { name: 'About this conversation' });
  if (await about.isVisible()) {
    await about.click();
    await look('about');
    await about.click();
  }
  await page.getByRole('button', { name: /^Note/ }).click();
  await page.getByLabel('Note for colleagues').pressSequentially('@');
  await page.getByRole('option', { name: 'Ben' }).waitFor();
  await look('mention');
  await page.getByLabel('Note for colleagues').fill('');
  for (const [button, name] of [
    [/^Promise/, 'promise'],
    [/^Pass on/, 'pass-on'],
    [/^Hand back/, 'hand-back'],
    [/^Resolve/, 'resolve'],
  ] as const) {
    const opens = page.locator('.actions').getByRole('button', { name: button });
    await opens.click();
    await page.locator('.action-form').waitFor();
    await look(name);
    await opens.click();
  }
  await page
    .getByRole('button', { name: /What it should have said/ })
    .first()
    .click();
  await page.locator('.better-editor').waitFor();
  await look('better-answer');
  await page.keyboard.press('Escape');
  for (const view of ['Mine', 'Team', 'All']) {
    await page.getByRole('button', { name: new RegExp(`^${view}`) }).click();
    await look(`list-${view.toLowerCase()}`);
  }
  await page.getByRole('button', { name: /^Queue/ }).click();

  for (const view of ['Promises', 'Search', 'Board', 'Feedback', 'Insights', 'Settings']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    if (view === 'Search') {
      await page.getByRole('searchbox').fill('card');
      await page.locator('mark').first().waitFor();
    }
    await look(view.toLowerCase());
  }
}

test('the desk is whole on a tablet, held either way, and every control fits a finger', async () => {
  const page = await consoles.newPage(tablet);
  expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
  const faults: string[] = [];
  await walk(page, async (name) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [held, width, height] of [
        ['upright', 768, 1024],
        ['sideways', 1024, 768],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: `${folder}tablet-${name}-${held}-${colorScheme}.png` });
        if (colorScheme === 'light')
          for (const fault of await layoutFaults(page, 44)) faults.push(`${name}, ${held}: ${fault}`);
        const isNew = (held === 'upright') === (colorScheme === 'light');
        for (const fault of isNew ? await axeFindings(page) : []) faults.push(`${name}, ${held}: ${fault}`);
      }
    }
  });
  expect(faults).toEqual([]);
});

test('the desk is whole at 1280 px, and on a phone', async () => {
  const page = await consoles.newPage({ ...desktop, viewport: { width: 1280, height: 720 } });
  const faults: string[] = [];
  await walk(page, async (name) => {
    for (const [size, width, height] of [
      ['phone', 390, 844],
      ['1280', 1280, 720],
    ] as const) {
      await page.setViewportSize({ width, height });
      for (const fault of await layoutFaults(page, 0)) faults.push(`${name}, ${size}: ${fault}`);
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.screenshot({ path: `${folder}walk-${name}-${size}-${colorScheme}.png` });
      }
    }
  });
  expect(faults).toEqual([]);
});
