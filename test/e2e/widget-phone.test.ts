import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { phone } from '../support/chromium.ts';

import { eventually } from '../support/eventually.ts';
import { startWidgetVisits, type Visit, type WidgetVisits } from '../support/widget-visit.ts';

let visits: WidgetVisits;
let visit: Visit;
let page: Page;
beforeAll(async () => {
  visits = await startWidgetVisits();
});
afterAll(() => visits.close());
beforeEach(async () => {
  visit = await visits.open(phone);
  page = visit.page;
});
afterEach(async () => {
  await visit.end();
  expect(visit.faults).toEqual([]);
});

test('the chat covers the screen, keeps the page out of reach, and starts at its title', async () => {
  await visit.show('closed');
  await page.locator('.ask').tap();
  await page.locator('.panel:modal').waitFor();
  await eventually(visit.focused).toBe('title');
  // It has come to rest when the animation has ended.
  const place = async () => {
    const box = await page.getByRole('dialog').boundingBox();
    return box && [box.x, box.y, box.width, box.height].map(Math.round);
  };
  await eventually(place).toEqual([0, 0, 390, 844]);
  await page.getByRole('button', { name: 'Close chat' }).tap();
  await eventually(visit.focused).toBe('ask');
});

test('turning to a larger screen keeps the conversation open beside the page', async () => {
  await visit.show('answered');
  await page.locator('.panel:modal').waitFor();
  await page.setViewportSize({ width: 900, height: 700 });
  await eventually(() => page.locator('.panel:modal').count()).toBe(0);
  expect(await page.getByRole('dialog').isVisible()).toBe(true);
});
