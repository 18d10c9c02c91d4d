import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { desktop, phone } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { type WidgetState, type WidgetStateName, widgetStates } from '../support/widget-states.ts';
import { startWidgetVisits, type WidgetVisits } from '../support/widget-visit.ts';

const folder = fileURLToPath(new URL('../screenshots/widget/', import.meta.url));
const states = Object.entries(widgetStates) as [WidgetStateName, WidgetState][];

let visits: WidgetVisits;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  visits = await startWidgetVisits();
});
afterAll(() => visits.close());

async function seesWayToPerson(page: Page, { isClosed, human = 'Talk to a human' }: WidgetState) {
  const way = page.locator(isClosed ? '.human' : '.rail');
  await eventually(() => way.textContent()).toContain(human);
  expect(await way.isVisible()).toBe(true);
  const box = await way.boundingBox();
  const size = page.viewportSize();
  if (box === null || size === null) throw new Error('it has no place on the screen');
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.y).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(size.width);
  expect(box.y + box.height).toBeLessThanOrEqual(size.height);
}

const pairs = { desktop: ['light', 'dark'], phone: ['dark', 'light'] } as const;

// What axe finds depends on colours and on sizes: with one scheme on each screen there are both of each.
describe.for(['desktop', 'phone'] as const)('on a %s', (screen) => {
  test('every state shows the way to a person and is accessible, under the strictest policy', async () => {
    const [axed, other] = pairs[screen];
    // At rest from the start: a picture in mid-animation shows what nobody would complain about.
    const { page, faults, show, end } = await visits.open({
      ...(screen === 'phone' ? phone : desktop),
      colorScheme: axed,
      reducedMotion: 'reduce',
    });
    const picture = (name: string, scheme: string) =>
      page.screenshot({ path: `${folder}${name}-${screen}-${scheme}.png` });
    for (const [name, state] of states) {
      await show(name);
      await seesWayToPerson(page, state);
      expect.soft(await axeFindings(page), name).toEqual([]);
      await picture(name, axed);
      await page.emulateMedia({ colorScheme: other });
      await picture(name, other);
      await page.emulateMedia({ colorScheme: axed });
      expect(faults, name).toEqual([]);
    }
    await end();
  });
});

test('at 320 pixels and with text twice as large nothing is cut off sideways', async () => {
  const { page, faults, show, end } = await visits.open({
    ...phone,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    viewport: { width: 320, height: 640 },
  });
  // What a customer's own font size does: the widget goes by the browser's, not by the page's.
  const session = await page.context().newCDPSession(page);
  await session.send('Page.enable');
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
  const pictured: readonly WidgetStateName[] = [
    'closed',
    'first-sight',
    'feedback-form',
    'waiting',
    'resolved',
  ];
  for (const [name, state] of states) {
    await show(name);
    await seesWayToPerson(page, state);
    const overflowing = await page.evaluate(() => {
      const root = document.querySelector('hand-rail')?.shadowRoot;
      return [
        ...(root?.querySelectorAll<HTMLElement>('.panel[open], .scroll, .launcher, .composer, .header') ??
          []),
      ]
        .filter((each) => each.scrollWidth > each.clientWidth || each.getBoundingClientRect().x < 0)
        .map(({ className }) => className);
    });
    expect(overflowing, name).toEqual([]);
    if (pictured.includes(name)) await page.screenshot({ path: `${folder}${name}-320-large.png` });
  }
  expect(faults).toEqual([]);
  await end();
});

test('with forced colours every control has an edge', async () => {
  const { page, faults, show, end } = await visits.open({
    ...desktop,
    colorScheme: 'dark',
    ...{ forcedColors: 'active' },
  });
  for (const name of ['first-sight', 'feedback-form', 'waiting', 'resolved'] as const) {
    await show(name);
    await page.screenshot({ path: `${folder}${name}-forced-colors.png` });
    const bare = await page.evaluate(() => {
      const root = document.querySelector('hand-rail')?.shadowRoot;
      return [
        ...(root?.querySelectorAll(
          '.way, .chip, .button:not(.plain), .field, .suggestions button, .scale b',
        ) ?? []),
      ]
        .filter((element) => getComputedStyle(element).borderTopStyle !== 'solid')
        .map(({ className }) => className);
    });
    expect(bare, name).toEqual([]);
  }
  expect(faults).toEqual([]);
  await end();
});

test('from right to left the conversation is mirrored, and stays in its corner', async () => {
  const { page, faults, show, end } = await visits.open({ ...desktop, colorScheme: 'light' });
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  for (const name of ['human', 'feedback-form', 'about'] as const) {
    await show(name);
    await page.screenshot({ path: `${folder}${name}-rtl.png` });
  }
  await show('human');
  const own = await page.locator('.bubble.mine').last().boundingBox();
  const theirs = await page.locator('.person .bubble').last().boundingBox();
  expect(own?.x).toBeLessThan(theirs?.x ?? 0);
  expect(faults).toEqual([]);
  await end();
});

test('nothing moves for a customer who asked for less motion', async () => {
  const { page, show, end } = await visits.open({
    ...desktop,
    colorScheme: 'light',
    ...{ reducedMotion: 'reduce' },
  });
  for (const name of ['first-sight', 'thinking', 'streaming', 'human-typing', 'feedback-form'] as const) {
    await show(name);
    const moving = await page.evaluate(
      () => document.querySelector('hand-rail')?.shadowRoot?.getAnimations().length,
    );
    expect(moving, name).toBe(0);
  }
  await end();
});
