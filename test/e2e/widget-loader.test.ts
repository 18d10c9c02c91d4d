import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeChat } from '../support/fake-chat.ts';
import { bundle, bundleLoader, serveWidgetPage, type WidgetPage } from '../support/widget-page.ts';

const loaderTag = (nonce: string) =>
  `<script async nonce="${nonce}" src="/handrail.js" data-site="pk_demo" data-color-scheme="light"></script>`;

let browser: Browser;
let files: Map<string, string>;
let site: WidgetPage;
let page: Page;
let faults: string[];
beforeAll(async () => {
  files = new Map([...(await bundle('test/support/widget-main.ts')), ...(await bundleLoader())]);
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function visit(body: (nonce: string) => string) {
  site = await serveWidgetPage(files, body);
  page = await (await browser.newContext(desktop)).newPage();
  faults = watchForFaults(page);
  await page.goto(site.url);
}
afterEach(async () => {
  await page.context().close();
  await site.close();
});

const scripts = () => site.requests.filter((path) => path.endsWith('.js'));
const calls = (name: string) =>
  page.evaluate(
    (called) =>
      (window as unknown as { chat?: FakeChat }).chat?.calls.filter((call) => call[0] === called).length,
    name,
  );
const idle = () => page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));

test('asks for nothing and moves nothing before it is used', async () => {
  await visit(loaderTag);
  await page.locator('.launcher').waitFor();
  await idle();
  expect(scripts()).toEqual(['/handrail.js']);
  const shift = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().length)).observe({
          type: 'layout-shift',
          buffered: true,
        });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
      }),
  );
  expect(shift).toBe(0);
  expect(
    await page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length),
  ).toBe(0);
  expect(await page.locator('hand-rail').getAttribute('color-scheme')).toBe('light');
  expect(faults).toEqual([]);
});

test('a second script tag changes nothing', async () => {
  await visit((nonce) => loaderTag(nonce) + loaderTag(nonce));
  await page.locator('.launcher').waitFor();
  await page.waitForLoadState('load');
  expect(await page.locator('hand-rail').count()).toBe(1);
  expect(faults).toEqual([]);
});

test('one press on "Ask" opens the chat, and asks for nobody', async () => {
  await visit(loaderTag);
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByRole('dialog', { name: 'Northcard help' }).waitFor();
  await eventually(() =>
    page.getByRole('button', { name: 'Close', exact: true }).getAttribute('aria-expanded'),
  ).toBe('true');
  expect(await calls('requestHuman')).toBe(0);
  expect(faults).toEqual([]);
});

test('one press on "Talk to a human" opens the chat and asks for a person', async () => {
  await visit(loaderTag);
  await page.getByRole('button', { name: 'Talk to a human' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await calls('requestHuman')).toBe(1);
  await eventually(() => page.locator('.rail').textContent()).toContain('Asking our team');
  expect(faults).toEqual([]);
});

test('when the chat cannot be loaded it says so, and a later press tries again', async () => {
  await visit(loaderTag);
  site.broken.add('/assets/');
  const human = page.getByRole('button', { name: 'Talk to a human' });
  await human.click();
  await eventually(() => page.getByRole('alert').textContent()).toBe(
    'The chat could not be loaded. Try again.',
  );
  expect(await human.getAttribute('aria-busy')).toBe('false');
  site.broken.clear();
  await human.click();
  await page.getByRole('dialog').waitFor();
  expect(await calls('requestHuman')).toBe(1);
  expect(await page.locator('.failure').isVisible()).toBe(false);
});

test('the pressed half says that it is busy while the chat loads', async () => {
  await visit(loaderTag);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/assets/main.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Ask' }).click();
  const ask = page.locator('.ask');
  await eventually(() => ask.getAttribute('aria-busy')).toBe('true');
  expect(await ask.textContent()).toBe('Opening…');
  expect(await page.getByRole('button', { name: 'Talk to a human' }).isVisible()).toBe(true);
  release();
  await page.getByRole('dialog').waitFor();
  await eventually(() => ask.getAttribute('aria-busy')).toBe('false');
});

test('the page can place the element itself', async () => {
  await visit(
    (nonce) =>
      `<script async nonce="${nonce}" src="/handrail.js"></script><hand-rail site="pk_demo" position="left"></hand-rail>`,
  );
  await page.getByRole('button', { name: 'Ask' }).click();
  const box = await page.getByRole('dialog').boundingBox();
  expect(box?.x).toBe(16);
  expect(await page.locator('hand-rail').count()).toBe(1);
  expect(faults).toEqual([]);
});

test('an element without a site says what is missing', async () => {
  await visit(
    (nonce) => `<script async nonce="${nonce}" src="/handrail.js"></script><hand-rail></hand-rail>`,
  );
  await eventually(() => faults.join()).toContain('<hand-rail> has no site');
});

test('with an open conversation the chat is loaded when the page is idle, and stays closed', async () => {
  await visit(loaderTag);
  await page.evaluate(() => localStorage.setItem('handrail-open-conversation:pk_demo', '1'));
  await page.reload();
  await eventually(() => calls('start')).toBe(1);
  expect(await page.getByRole('dialog').isVisible()).toBe(false);
  expect(faults).toEqual([]);
});

test('a chat that stood open is open on the next page of this tab, without taking the focus', async () => {
  await visit(loaderTag);
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByRole('dialog').waitFor();
  await page.reload();
  await page.getByRole('dialog').waitFor();
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('body');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.reload();
  await page.locator('.launcher').waitFor();
  await idle();
  expect(await page.getByRole('dialog').isVisible()).toBe(false);
});
