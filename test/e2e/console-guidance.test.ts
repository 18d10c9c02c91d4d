import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { connectCustomer } from '../support/clients.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const question = 'How long does a refund take?';
let server: TestServer;
let browser: Browser;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  server = await startTestServer(inject('postgresUrl'));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function guidanceOf(role: 'admin' | 'agent', siteId: string) {
  const email = `${crypto.randomUUID()}@northcard.example`;
  const name = role === 'admin' ? 'Ada' : 'Ana';
  await server.store.agents.add({ name, email, role, siteIds: [siteId] });
  const context = await browser.newContext(desktop);
  open.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = watchForFaults(page);
  await page.goto(await server.app.identity.signInLink(email, server.url, '/console/feedback'));
  await page.getByRole('link', { name: 'Guidance' }).click();
  await page.getByRole('heading', { name: 'Guidance' }).waitFor();
  return { page, context, faults };
}
const look = (page: Page, name: string) => lookAtConsole(page, `guidance-${name}`);

/** What a customer who asks this is answered by people, if they are. */
async function answerTo(key: string): Promise<string | null> {
  const customer = await connectCustomer(server.url, key);
  open.push(customer);
  await customer.send('message:send', { text: question });
  const started = await customer.until('answer.started');
  if (started.guidance === undefined) return null;
  return (await customer.until('answer.ended')).text;
}

test('what an agent writes is live once an admin approves it, changes by version, and is taken back', async () => {
  const site = await server.addSite({ kind: 'page' }, { title: 'Northcard help' });
  const { page: agent, faults } = await guidanceOf('agent', site.id);
  await agent.getByText('Nothing stands in front of the bot yet.').waitFor();
  await look(agent, 'empty');
  await agent.getByRole('button', { name: 'Write guidance' }).press('Enter');
  const questions = agent.getByLabel('Questions that it is for');
  await eventually(() => questions.evaluate((field) => field === document.activeElement)).toBe(true);
  await agent.keyboard.press('Tab');
  await agent.getByRole('button', { name: 'Propose' }).click();
  await agent.getByText('Write at least one question').waitFor();
  await questions.fill(`${question}\nWhere is my refund?`);
  await agent.getByLabel('What the customer reads').fill('Five working days.');
  await look(agent, 'form');
  await agent.getByRole('button', { name: 'Propose' }).click();
  await agent.getByText('Proposed. It waits for approval.').waitFor();
  const own = agent.getByRole('listitem', { name: question });
  await own.getByText('Version 1 waits for approval.').click();
  expect(await own.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect(await answerTo(site.key)).toBeNull();

  const { page: admin, context, faults: adminFaults } = await guidanceOf('admin', site.id);
  await admin.getByRole('link', { name: 'To approve' }).click();
  const row = admin.getByRole('listitem', { name: question });
  await row.getByRole('button', { name: question }).press('Enter');
  await look(admin, 'to-approve');
  await row.getByRole('button', { name: 'Approve' }).click();
  await admin.getByText('Nothing waits for approval.').waitFor();
  expect(await answerTo(site.key)).toBe('Five working days.');

  await admin.getByRole('link', { name: 'All', exact: true }).click();
  await row.getByRole('button', { name: question }).click();
  await row.getByRole('button', { name: 'Change…' }).click();
  await row.getByLabel('What the customer reads').fill('Three working days.');
  await row.getByLabel('Why, for those who approve it').fill('The bank is faster now.');
  await row.getByRole('button', { name: 'Propose' }).click();
  await row.getByText('Live, version 1. Version 2 waits for approval.').waitFor();
  await row.getByRole('button', { name: 'Approve' }).click();
  await row.getByText('Live, version 2.').waitFor();
  expect(await answerTo(site.key)).toBe('Three working days.');

  await row.getByRole('button', { name: 'Proof' }).click();
  const proof = row.getByRole('region', { name: 'What it changed' });
  await proof
    .getByText(/Too few to say: 0 cases before|has not been measured yet/)
    .first()
    .waitFor();

  await row.getByRole('button', { name: 'Versions' }).click();
  await row.getByText('The bank is faster now.').last().waitFor();
  await look(admin, 'versions');
  await row.getByRole('button', { name: 'Roll back to version 1' }).click();
  await row.getByText('Live, version 1.').waitFor();
  expect(await answerTo(site.key)).toBe('Five working days.');

  await context.setOffline(true);
  await admin.getByText('Connection lost.').waitFor();
  expect(await row.getByRole('button', { name: 'Retire…' }).isDisabled()).toBe(true);
  await context.setOffline(false);
  await row.getByRole('button', { name: 'Retire…' }).and(admin.locator(':enabled')).click();
  await admin.keyboard.type('No longer so');
  await admin.keyboard.press('Enter');
  await row.getByText('Retired. Nothing of it is given.').waitFor();
  expect(await answerTo(site.key)).toBeNull();
  expect(faults).toEqual([]);
  expect(adminFaults.filter((one) => !/ERR_INTERNET_DISCONNECTED/.test(one))).toEqual([]);
});
