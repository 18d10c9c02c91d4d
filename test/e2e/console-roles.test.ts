import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { operator } from '../../server/store/audit-log.ts';
import { type Consoles, startConsoles } from '../console/consoles.ts';
import { connectCustomer } from '../support/clients.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

test('the console shows each role what it may do, and another role without a reload', async () => {
  const site = await consoles.newSite();
  const pia = await consoles.newAgent(site, 'Pia', 'product');
  const customer = await connectCustomer(consoles.server.url, site.key);
  consoles.closeLater(customer);
  await customer.send('handoff:request', {});
  const page = await consoles.newPage();
  await page.goto(await consoles.signInLink(pia));
  const row = page.locator('[data-row]');
  await row.click();
  await page.locator('#conversation-title').waitFor();
  await page.getByText('Choose a conversation').waitFor({ state: 'detached' });
  const working = [
    page.getByRole('button', { name: /Accept/ }),
    page.getByRole('button', { name: /Resolve/ }),
    page.getByRole('switch', { name: 'Available for new handoffs' }),
    page.locator('textarea'),
  ];
  for (const one of working) expect(await one.count()).toBe(0);
  await page.keyboard.press('a');
  await page.keyboard.press('n');
  for (const one of working) expect(await one.count()).toBe(0);
  await page.getByRole('link', { name: 'Feedback' }).click();
  await page.getByRole('button', { name: 'Export…' }).waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Set a password' }).waitFor();
  expect(await page.getByRole('heading', { name: 'New handoffs' }).count()).toBe(0);

  await consoles.server.store.agents.setRole(pia, 'agent', operator);
  // Within 15 s the server sends the open console away; it comes back and asks who it is now.
  await page.getByRole('heading', { name: 'New handoffs' }).waitFor({ timeout: 40_000 });
  await page.getByRole('link', { name: 'Feedback' }).click();
  await page.getByText('Nothing yet. Thumbs on answers').waitFor();
  expect(await page.getByRole('button', { name: 'Export…' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Inbox' }).click();
  await row.click();
  await page.getByRole('button', { name: /Accept/ }).click();
  await customer.until('handoff.accepted', ({ agent }) => agent.id === pia.id);
});
