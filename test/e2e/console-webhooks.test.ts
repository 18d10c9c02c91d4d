import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { connectCustomer } from '../support/clients.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let hook: Receiver;
let server: TestServer;
let browser: Browser;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  [hook, browser] = await Promise.all([startReceiver(), launchChromium()]);
  server = await startTestServer(inject('postgresUrl'), { webhookRetryMs: [0] });
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await hook?.close();
});

async function settingsOf() {
  const site = await server.addSite({ kind: 'page' }, { title: 'Northcard help' });
  const email = `${crypto.randomUUID()}@northcard.example`;
  const agent = await server.store.agents.add({ name: 'Ana', email, role: 'admin', siteIds: [site.id] });
  const context = await browser.newContext(desktop);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  open.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = watchForFaults(page);
  await page.goto(await server.app.identity.signInLink(agent.email, server.url));
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
  return { page, context, site, faults };
}

const look = (page: Page, name: string) =>
  lookAtConsole(page, `webhooks-${name}`, page.getByRole('heading', { name: 'Webhooks' }));

test('a webhook is added by keyboard, tested, watched, replayed, paused and removed', async () => {
  const { page, site, faults } = await settingsOf();
  await page.getByText('No webhooks yet.').waitFor();
  await look(page, 'empty');
  await page.getByRole('button', { name: 'Add webhook' }).press('Enter');
  const address = page.getByLabel('Address');
  await eventually(() => address.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type('hooks.example');
  await page.keyboard.press('Enter');
  await page.getByText('The address begins with').waitFor();
  await page.getByLabel('Everything that customers may see').uncheck();
  await page.getByLabel('message.sent').check();
  await look(page, 'form');
  await address.fill(`${hook.origin}/console`);
  await address.press('Enter');
  const secret = await page.getByLabel(/^Secret, shown this once/).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await look(page, 'secret');
  await page.getByRole('button', { name: 'I have it' }).click();
  expect(await page.getByText(secret).count()).toBe(0);

  const row = page.getByRole('listitem', { name: `${hook.origin}/console` });
  await row.getByRole('button', { name: 'Send a test' }).click();
  await row.getByText('The test arrived: 200').waitFor();
  const customer = await connectCustomer(server.url, site.key);
  open.push(customer);
  await customer.send('message:send', { text: 'Hi' });
  await eventually(() => hook.received.length).toBe(2);
  hook.answer(503);
  await customer.send('message:send', { text: 'Are you there?' });
  const [webhook] = await server.store.webhooks.ofSites([site.id]);
  const failed = async () =>
    (await server.store.webhookDeliveries.failed([webhook?.id ?? ''])).get(webhook?.id ?? '');
  await eventually(failed).toBe(1);
  await page.reload();
  await row.getByText('1 stretch failed for good.').waitFor();
  await row.getByRole('button', { name: 'Deliveries' }).click();
  await row.getByText('Failed for good: answered 503').waitFor();
  await look(page, 'deliveries');
  hook.answer(200);
  const before = hook.received.length;
  await row.getByRole('button', { name: 'Replay what failed' }).click();
  await row.getByText('One conversation is sent again.').waitFor();
  await eventually(() => hook.received.length).toBe(before + 1);
  await row
    .getByRole('button', { name: /^Replay from fact/ })
    .first()
    .click();
  await eventually(() => hook.received.length).toBeGreaterThan(before + 1);

  await row.getByRole('button', { name: 'Pause', exact: true }).click();
  await row.getByText('Paused by you').waitFor();
  await row.getByRole('button', { name: 'Remove…' }).click();
  await look(page, 'paused');
  await row.getByRole('button', { name: 'Remove it' }).click();
  await page.getByText('No webhooks yet.').waitFor();
  expect(faults).toEqual([]);
});

test('a webhook that kept failing says so, and a page without a line says what that means', async () => {
  const { page, context, site, faults } = await settingsOf();
  const added = { siteId: site.id, url: `${hook.origin}/failing`, types: null };
  const webhook = await server.store.webhooks.add(added, Date.now());
  await server.store.webhooks.pause(webhook?.id ?? '', 'failing', Date.now());
  await page.reload();
  await page.getByText('it kept failing for hours').waitFor();
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.getByLabel('Address').fill('http://10.0.0.1/');
  await page.getByLabel('Address').press('Enter');
  await page.getByText('This address cannot be called.').waitFor();
  await look(page, 'failing');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await context.setOffline(true);
  await page.getByText('Connection lost.').waitFor();
  expect(await page.getByRole('button', { name: 'Resume' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Deliveries' }).click();
  await page.getByText('The deliveries could not be loaded.').waitFor();
  await look(page, 'offline');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Resume' }).and(page.locator(':enabled')).click();
  await page.getByText('On. Nothing has been sent yet.').waitFor();
  expect(faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED|status of 400/.test(fault))).toEqual([]);
});
