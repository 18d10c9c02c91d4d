import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { desktop } from '../support/chromium.ts';

import { eventually } from '../support/eventually.ts';
import { startWidgetVisits, type Visit, type WidgetVisits } from '../support/widget-visit.ts';

let visits: WidgetVisits;
let visit: Visit;
let page: Page;
beforeAll(async () => {
  visits = await startWidgetVisits();
  // One page for all: every test shows its state in a new element.
  visit = await visits.open(desktop);
  page = visit.page;
});
afterEach(() => expect(visit.faults).toEqual([]));
afterAll(() => visits.close());

const composer = () => page.getByRole('textbox', { name: 'Your message' });

test('the chat opens at the composer, Escape closes it and leads back to where it was opened', async () => {
  await visit.show('closed');
  await page.locator('.human').focus();
  await page.keyboard.press('Enter');
  await eventually(visit.focused).toBe('textarea');
  expect(await visit.calls('requestHuman')).toHaveLength(1);
  await page.keyboard.press('Escape');
  await eventually(() => page.getByRole('dialog').isVisible()).toBe(false);
  await eventually(visit.focused).toBe('human');
});

test('everything is reached in the order in which it is seen', async () => {
  await visit.show('answered');
  await page.locator('.bar .round').focus();
  const order: unknown[] = [];
  for (let step = 0; step < 11; step++) {
    order.push(await visit.focused());
    await page.keyboard.press('Tab');
  }
  expect(order).toEqual([
    'round',
    'way',
    'scroll',
    'a',
    'round',
    'round',
    'textarea',
    'send',
    'link',
    'ask',
    'human',
  ]);
});

test('Enter sends, Shift and Enter start a line, and an unfinished word is not sent', async () => {
  await visit.show('first-sight');
  await composer().pressSequentially('One');
  await page.keyboard.press('Shift+Enter');
  await composer().pressSequentially('Two');
  await composer().dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  expect(await visit.calls('send')).toEqual([]);
  await page.keyboard.press('Enter');
  expect(await visit.calls('send')).toEqual([['send', 'One\nTwo']]);
  expect(await composer().inputValue()).toBe('');
  expect((await visit.calls('typing')).length).toBeGreaterThan(0);
});

test('what is typed is no shortcut of the page around the chat', async () => {
  await page.evaluate(() => {
    Object.assign(window, { heard: [] });
    for (const name of ['keydown', 'keypress', 'keyup', 'paste']) {
      document.addEventListener(name, () => (window as unknown as { heard: string[] }).heard.push(name));
    }
  });
  await visit.show('first-sight');
  await composer().pressSequentially('j');
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual([]);
});

test('a rating is chosen with the arrow keys', async () => {
  await visit.show('resolved');
  await page.getByRole('radio', { name: 'Very bad' }).focus();
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
  await page.getByRole('textbox', { name: 'What should we know? (optional)' }).fill('Quick');
  await page.getByRole('button', { name: 'Send', exact: true }).press('Enter');
  expect(await visit.calls('rate')).toEqual([['rate', 'conversation:rate', { rating: 4, comment: 'Quick' }]]);
  await eventually(() => page.getByText('How was it with Ana?').isVisible()).toBe(false);
});

test('asking for a person and leaving the line keep the focus in place', async () => {
  await visit.show('answered');
  await page.locator('.rail button').press('Enter');
  await eventually(() => page.locator('.rail').textContent()).toContain('Asking our team');
  expect(await visit.focused()).toBe('rail');
  await visit.show('waiting');
  await page.getByRole('button', { name: 'Cancel: leave the line' }).press('Enter');
  expect(await visit.calls('cancelRequest')).toHaveLength(1);
  await eventually(() => page.locator('.rail').textContent()).toContain('Leaving…');
  expect(await visit.focused()).toBe('rail');
});
