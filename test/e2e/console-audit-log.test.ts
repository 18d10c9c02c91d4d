import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Consoles, eventually, row, startConsoles } from '../console/consoles.ts';
import { fee } from '../console/northcard.ts';
import { lookAtConsole } from '../support/console-look.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

test('an admin reads who read and did what, narrows it, and opens the conversation; a lead has no such part', async () => {
  const site = await consoles.newSite();
  const [ada, ben] = [
    await consoles.newAgent(site, 'Ada', 'admin'),
    await consoles.newAgent(site, 'Ben', 'lead'),
  ];
  const customer = await consoles.customerWith(site, fee);
  const bens = await consoles.consoleOf(ben);
  await row(bens, customer).click();
  await bens.getByRole('log').getByText('Why was I charged €4?').first().waitFor();
  await bens.getByRole('link', { name: 'Settings' }).click();
  await bens.getByRole('heading', { name: 'Canned responses' }).waitFor();
  expect(await bens.getByRole('heading', { name: 'Audit log' }).count()).toBe(0);

  const page = await consoles.consoleOf(ada);
  await page.getByRole('link', { name: 'Settings' }).click();
  const entries = page.locator('.audit-rows li');
  await page.getByRole('button', { name: 'Show the log' }).press('Enter');
  await entries.filter({ hasText: 'Ben Read a conversation' }).waitFor();
  await entries.filter({ hasText: 'Ada Signed in' }).waitFor();
  await lookAtConsole(page, 'audit-log', page.getByRole('heading', { name: 'Audit log' }));

  await page.getByRole('combobox', { name: /^What/ }).selectOption('Signed in');
  await eventually(() => entries.filter({ hasText: 'Read a conversation' }).count()).toBe(0);
  await page.getByRole('combobox', { name: /^Who/ }).selectOption('Ben');
  await eventually(() => entries.count()).toBe(1);
  await entries.filter({ hasText: 'Ben Signed in' }).waitFor();
  await page.getByLabel('Until').fill('2020-01-01');
  await page.getByText('Nothing.').waitFor();
  await page.getByLabel('Until').fill('');
  await page.getByRole('combobox', { name: /^What/ }).selectOption('Anything');
  consoles.expectFault(/503/);
  await page.route('**/v1/desk/audit-log?*', (route) => route.fulfill({ status: 503, body: 'away' }));
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText('The log could not be loaded.').waitFor();
  await lookAtConsole(page, 'audit-log-failed', page.getByRole('heading', { name: 'Audit log' }));
  await page.unroute('**/v1/desk/audit-log?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The log could not be loaded.').waitFor({ state: 'hidden' });
  await entries.getByRole('link', { name: 'Read a conversation' }).first().click();
  await page.getByRole('log').getByText('Why was I charged €4?').first().waitFor();
});

test('what is older is loaded page by page', async () => {
  const site = await consoles.newSite();
  const ada = await consoles.newAgent(site, 'Ada', 'admin');
  const { auditLog } = consoles.server.store;
  for (let at = 0; at < 60; at += 1)
    await auditLog.addByOperator('agent.link_made', { kind: 'agent', id: ada.id }, [site.id], { number: at });
  const page = await consoles.consoleOf(ada);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Show the log' }).click();
  const entries = page.locator('.audit-rows li');
  await eventually(() => entries.count()).toBe(50);
  await page.getByRole('button', { name: 'Load more' }).click();
  await entries.filter({ hasText: /^.*The operator Made a sign-in link · number 0$/ }).waitFor();
  expect(await entries.filter({ hasText: 'Made a sign-in link' }).count()).toBe(60);
});
