import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { desktop } from '../support/chromium.ts';
import type { Harness } from '../support/widget-harness.ts';
import { startWidgetVisits, type Visit, type WidgetVisits } from '../support/widget-visit.ts';

declare const harness: Harness;

let visits: WidgetVisits;
let visit: Visit;
let page: Page;
beforeAll(async () => {
  visits = await startWidgetVisits();
});
afterAll(() => visits.close());
beforeEach(async () => {
  visit = await visits.open(desktop);
  page = visit.page;
});
afterEach(async () => {
  await visit.end();
  expect(visit.faults).toEqual([]);
});

test('the page can drive the chat and hears from it', async () => {
  await visit.show('closed');
  const heard = await page.evaluate(async () => {
    const { handrail, chat } = harness;
    if (handrail === null) throw new Error('no chat');
    const events: unknown[] = [];
    for (const name of ['open', 'close', 'unread', 'handoff'] as const) {
      document.addEventListener(`handrail:${name}`, (event) =>
        events.push([name, (event as CustomEvent).detail]),
      );
    }
    const off = handrail.on('open', () => events.push('own'));
    handrail.open();
    off();
    handrail.talkToHuman();
    handrail.send('Hello');
    chat.state.unread.value = 2;
    handrail.close();
    handrail.toggle();
    return events;
  });
  expect(heard).toEqual([
    'own',
    ['open', {}],
    ['handoff', { status: 'asked' }],
    ['unread', { count: 2 }],
    ['close', {}],
    ['open', {}],
  ]);
  expect(await visit.calls('requestHuman', 'send')).toEqual([['requestHuman'], ['send', 'Hello']]);
  await page.evaluate(() => harness.handrail?.destroy());
  expect(await page.locator('hand-rail').count()).toBe(0);
  expect((await visit.calls('close')).length).toBe(1);
});

test("a site's words and colours are used, as far as they can be read, and nothing but colours", async () => {
  const isSame = await page.evaluate(() => {
    const options = {
      site: 'pk_demo',
      server: location.origin,
      theme: { accent: '#ffd400', line: 'red;} .panel{display:none' },
      text: { ask: 'Fragen' },
    };
    const first = harness.createHandrail(options);
    return first === harness.createHandrail(options);
  });
  expect(isSame).toBe(true);
  const host = page.locator('hand-rail');
  expect(await host.count()).toBe(1);
  const style = await host.evaluate((element) => ({
    accent: element.style.getPropertyValue('--hr-accent'),
    dark: element.style.getPropertyValue('--hr-accent-dark'),
    line: element.style.getPropertyValue('--hr-line'),
  }));
  // Yellow on white cannot be read, on black it can.
  expect(style).toEqual({ accent: '#8c7500', dark: '#ffd400', line: '' });
  expect(await page.getByRole('button', { name: 'Fragen' }).isVisible()).toBe(true);
});

test("a site's words are used wherever they are loaded: launcher, panel and conversation", async () => {
  await page.evaluate(() =>
    harness.show('answered', { text: { close: 'Zu', sendMessage: 'Senden', good: 'Gute Antwort' } }),
  );
  for (const name of ['Zu', 'Senden', 'Gute Antwort', 'Bad answer']) {
    expect(await page.getByRole('button', { name, exact: true }).isVisible(), name).toBe(true);
  }
});

test('without a site or a server it is said what is missing', async () => {
  const said = await page.evaluate(() =>
    [
      { site: '', server: 'https://a.example' },
      { site: 'pk_demo', server: '' },
    ].map((options) => {
      try {
        harness.createHandrail(options);
        return '';
      } catch (error) {
        return String(error);
      }
    }),
  );
  expect(said[0]).toContain('`site` is missing');
  expect(said[1]).toContain('`server` is missing');
  expect(await page.locator('hand-rail').count()).toBe(0);
});
