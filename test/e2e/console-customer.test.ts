import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { policyOf } from '../../server/domain/site-policy.ts';
import { type Consoles, group, row, startConsoles } from '../console/consoles.ts';
import { axeFindings } from '../support/axe.ts';
import { connectCustomer } from '../support/clients.ts';
import { identityOf } from '../support/identities.ts';

const folder = fileURLToPath(new URL('../screenshots/console/', import.meta.url));
const hostile = '<img src=x onerror="document.title=1">';

let consoles: Consoles;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

test('an agent sees whom the site vouches for, as text, and that a VIP goes first', async () => {
  const { server } = consoles;
  const site = await consoles.newSite();
  await server.store.sites.save({
    ...site,
    policy: policyOf({ first: [{ trait: 'plan', value: 'enterprise' }] }),
  });
  const secret = await server.store.sites.makeIdentitySecret(site.id);
  const traits = { plan: 'enterprise', seats: 240, isTrial: false, note: hostile };
  const person = { name: 'Ada Byron', email: 'ada.byron@analytical-engines.example', traits };
  const { customerId } = await server.store.identities.signIn(site.id, { sub: 'ada', ...person });
  expect(customerId).toBeTruthy();
  const reply = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site: site.key, identity: identityOf(secret, 'ada', person) }),
  });
  const ada = await connectCustomer(server.url, site.key, { session: await reply.json() });
  const nobody = await connectCustomer(server.url, site.key);
  for (const one of [ada, nobody]) consoles.closeLater(one);
  const context = { page: { url: 'https://www.northcard.example/cards', title: 'Cards' }, language: 'en-GB' };
  await nobody.send('message:send', { text: 'Where is my card?', context });
  await nobody.send('handoff:request', {});
  await ada.send('message:send', { text: 'Our cards are declined.', context });
  await ada.send('handoff:request', {});

  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  await page.setViewportSize({ width: 1280, height: 800 });
  await row(page, ada).getByText('Ada Byron').waitFor();
  await row(page, ada).getByText('VIP', { exact: true }).waitFor();
  expect(await row(page, nobody).getByText('VIP', { exact: true }).count()).toBe(0);
  await row(page, ada).click();
  const about = page.getByLabel('About this conversation');
  await about.getByText('Verified by your site').waitFor();
  for (const text of [
    'Ada Byron',
    'ada.byron@analytical-engines.example',
    'enterprise',
    '240',
    'No',
    hostile,
  ]) {
    await about.getByText(text, { exact: true }).waitFor();
  }
  await page.getByText('your site puts customers like them first').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${folder}verified-customer-${colorScheme}.png` });
    expect(await axeFindings(page)).toEqual([]);
  }
  // It stays in the row that is told live.
  await page.keyboard.press('a');
  await group(page, 'Mine').getByText('Ada Byron').waitFor();
  await row(page, nobody).click();
  await about.getByText('Page', { exact: true }).waitFor();
  expect(await about.getByText('Verified by your site').count()).toBe(0);
});

test('an admin erases a customer who asks for it, and everybody’s screen lets go of them', async () => {
  const { server } = consoles;
  const site = await consoles.newSite();
  const customer = await connectCustomer(server.url, site.key);
  consoles.closeLater(customer);
  await customer.send('message:send', { text: 'Please forget that I was here.' });
  await customer.send('handoff:request', {});
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ada', 'admin'));
  const others = await consoles.consoleOf(await consoles.newAgent(site, 'Ben'));
  for (const one of [page, others]) {
    await one.setViewportSize({ width: 1280, height: 800 });
    await row(one, customer).click();
    await one.getByRole('complementary', { name: 'About this conversation' }).waitFor();
  }
  const begin = page.getByRole('button', { name: 'Erase this customer…' });
  expect(await others.getByRole('button', { name: 'Erase this customer…' }).count()).toBe(0);
  await begin.press('Enter');
  await page.getByText('This takes away the customer with 1 conversation').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${folder}erase-customer-${colorScheme}.png` });
    expect(await axeFindings(page)).toEqual([]);
  }
  await page.getByRole('button', { name: 'Keep' }).press('Enter');
  // What has not been seen is not erased.
  await begin.press('Enter');
  const again = await connectCustomer(server.url, site.key, { session: customer.session });
  consoles.closeLater(again);
  await again.send('message:send', { text: 'And this.' });
  const certain = page.getByRole('button', { name: 'Erase for good' });
  consoles.expectFault(/status of 409/);
  await certain.press('Enter');
  await page.getByText('has begun another conversation meanwhile').waitFor();
  await begin.press('Enter');
  await page.getByText('with 2 conversations').waitFor();
  await certain.press('Enter');
  for (const one of [page, others]) {
    await one.getByText('Back to the inbox').waitFor();
    await row(one, customer).waitFor({ state: 'detached' });
  }
});
