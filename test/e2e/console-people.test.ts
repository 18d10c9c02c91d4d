import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { eventually } from '../support/eventually.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { freshCode } from '../support/one-time-code.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const password = 'long enough for us';
let provider: OidcProvider;
let server: TestServer;
let browser: Browser;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  [provider, browser] = await Promise.all([startOidcProvider(), launchChromium()]);
  server = await startTestServer(inject('postgresUrl'), {
    oidcIssuer: provider.issuer,
    oidcClientId: provider.clientId,
    oidcClientSecret: provider.clientSecret,
    oidcName: 'Northcard',
  });
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await provider?.close();
});

async function visit(): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext(desktop);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  open.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return { page, context, faults: watchForFaults(page) };
}
const newSite = () => server.addSite({ kind: 'page' }, { title: 'Northcard help' });
const newAgent = (siteId: string, name: string, role: 'admin' | 'agent') =>
  server.store.agents.add({
    name,
    email: `${name.toLowerCase()}.${crypto.randomUUID().slice(0, 8)}@northcard.example`,
    role,
    siteIds: [siteId],
  });

const look = (page: Page, name: string, heading: string) =>
  lookAtConsole(page, `people-${name}`, page.getByRole('heading', { name: heading }));

test('an admin invites somebody by keyboard, who joins by the link; then changes and removes them', async () => {
  const site = await newSite();
  const ada = await newAgent(site.id, 'Ada', 'admin');
  const { page, context, faults } = await visit();
  await page.goto(await server.app.identity.signInLink(ada.email, server.url, '/console/settings'));
  await page.getByText('It is only you so far.').waitFor();
  await look(page, 'alone', 'People');
  await page.getByRole('button', { name: 'Invite somebody' }).press('Enter');
  await eventually(() => page.getByLabel('Name, as').evaluate((one) => one === document.activeElement)).toBe(
    true,
  );
  await page.keyboard.type('Kim');
  await page.keyboard.press('Tab');
  await page.keyboard.type('kim');
  await page.keyboard.press('Enter');
  await page.getByText('That is no e-mail address.').waitFor();
  const form = page.getByRole('form', { name: 'Invite somebody' });
  const email = `kim.${crypto.randomUUID().slice(0, 8)}@northcard.example`;
  await form.getByLabel('E-mail').fill(email);
  await form.getByLabel('Role').selectOption('lead');
  await look(page, 'invite', 'People');
  await form.getByLabel('E-mail').press('Enter');
  const link = await page.getByLabel(/^Link for Kim/).inputValue();
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await look(page, 'invited', 'People');
  await page.getByRole('button', { name: 'I have it' }).click();

  const kim = await visit();
  await kim.page.goto(link);
  await kim.page.getByRole('heading', { name: 'Welcome, Kim' }).waitFor();
  await look(kim.page, 'welcome', 'Welcome, Kim');
  await kim.page.getByRole('button', { name: 'Join' }).press('Enter');
  await kim.page.getByRole('heading', { name: 'Set a password' }).waitFor();
  expect(new URL(kim.page.url()).pathname).toBe('/console/settings');
  expect(await server.store.agents.byEmail(email)).toMatchObject({ role: 'lead', siteIds: [site.id] });
  await kim.page.goto(link);
  await kim.page.reload();
  await kim.page.getByText('This invitation is no longer open').waitFor();
  await look(kim.page, 'gone', 'This invitation');

  await page.reload();
  const row = page.getByRole('listitem', { name: 'Kim' });
  await row.getByRole('button', { name: 'Change…' }).click();
  await row.getByLabel('Role').selectOption('agent');
  await row.getByLabel('At once').fill('6');
  await row.getByLabel('Teams, and so topics').fill('billing, cards');
  await row.getByLabel('Languages').fill('German');
  await row.getByRole('button', { name: 'Save' }).click();
  await row.getByText('“german” is no language.').waitFor();
  await look(page, 'change', 'People');
  await row.getByLabel('Languages').fill('DE, pt,');
  await row.getByRole('button', { name: 'Save' }).click();
  await row.getByText('Saved. It holds at once.').waitFor();
  await row.getByText('6 at once · billing, cards · in de, pt').waitFor();
  const changed = await server.store.agents.byEmail(email);
  expect(changed).toMatchObject({ role: 'agent' });
  const seat = { capacity: 6, teams: ['billing', 'cards'], languages: ['de', 'pt'] };
  expect(await server.store.routing.seat(changed?.id ?? '')).toEqual(seat);
  const own = page.getByRole('listitem', { name: 'Ada' });
  await own.getByRole('button', { name: 'Change…' }).click();
  await own.getByLabel('Role').selectOption('agent');
  await own.getByRole('button', { name: 'Save' }).click();
  await own.getByText('A site would be left without an admin.').waitFor();
  await own.getByRole('button', { name: 'Cancel' }).click();
  await row.getByRole('button', { name: 'Remove…' }).click();
  await look(page, 'remove', 'People');
  await context.setOffline(true);
  await page.getByText('Connection lost.').waitFor();
  expect(await row.getByRole('button', { name: 'Remove Kim' }).isDisabled()).toBe(true);
  await look(page, 'offline', 'People');
  await context.setOffline(false);
  await row.getByRole('button', { name: 'Remove Kim' }).and(page.locator(':enabled')).click();
  await page.getByText('Kim is removed.').waitFor();
  expect(await server.store.agents.byEmail(email)).toBeNull();
  expect(faults.filter((one) => !/ERR_INTERNET_DISCONNECTED|status of 409/.test(one))).toEqual([]);
  expect(kim.faults.filter((one) => !/status of 40[14]/.test(one))).toEqual([]);
});

test('two-factor is turned on, asked for at sign-in, and turned off', async () => {
  const site = await newSite();
  const ben = await newAgent(site.id, 'Ben', 'agent');
  const { page, context, faults } = await visit();
  await page.goto(await server.app.identity.signInLink(ben.email, server.url, '/console/settings'));
  await page.getByText('Set a password first').waitFor();
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByRole('button', { name: 'Turn on', exact: true }).and(page.locator(':enabled')).click();
  const section = page.getByRole('region', { name: 'Two-factor sign-in' });
  await section.getByLabel('Your password').fill(password);
  await section.getByLabel('Your password').press('Enter');
  const secret = (await section.locator('code').textContent())?.replaceAll(' ', '') ?? '';
  await look(page, 'two-factor-key', 'Two-factor sign-in');
  await section.getByRole('textbox', { name: /^Code/ }).fill('000000');
  await section.getByRole('textbox', { name: /^Code/ }).press('Enter');
  await section.getByText('The password or the code is not right.').waitFor();
  await section.getByRole('textbox', { name: /^Code/ }).fill(await freshCode(secret));
  await section.getByRole('textbox', { name: /^Code/ }).press('Enter');
  await section.getByText('shown this once').waitFor();
  await look(page, 'two-factor-codes', 'Two-factor sign-in');
  const codes = await section
    .getByRole('list', { name: 'Backup codes' })
    .getByRole('listitem')
    .allInnerTexts();
  expect(codes).toHaveLength(10);
  await section.getByRole('button', { name: 'Copy' }).click();
  await section.getByText('Copied.').waitFor();
  const saved = page.waitForEvent('download');
  await section.getByRole('button', { name: 'Download' }).click();
  expect((await saved).suggestedFilename()).toBe('handrail-backup-codes.txt');
  await section.getByRole('button', { name: 'I have them' }).click();
  await section.getByText('On. Your password asks for').waitFor();
  await look(page, 'two-factor-on', 'Two-factor sign-in');
  // The desk that was open has come back with the session that was made anew.
  await page
    .getByRole('switch', { name: 'Available for new handoffs' })
    .and(page.locator(':enabled'))
    .waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail').fill(ben.email);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Password').press('Enter');
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await look(page, 'code', 'One more step');
  await page.getByRole('textbox', { name: /^Code/ }).fill('000000');
  await page.getByRole('textbox', { name: /^Code/ }).press('Enter');
  await page.getByText('This code is not right.').waitFor();
  await page.getByRole('textbox', { name: /^Code/ }).fill(codes[0] ?? '');
  await page.getByRole('textbox', { name: /^Code/ }).press('Enter');
  await page.getByRole('link', { name: 'Settings' }).click();
  await section.getByRole('button', { name: 'Turn off…' }).click();
  await section.getByLabel('Your password').fill(password);
  await section.getByRole('textbox', { name: /^Code/ }).fill(await freshCode(secret));
  await section.getByRole('textbox', { name: /^Code/ }).press('Enter');
  await section.getByText('It is off.').waitFor();
  await context.setOffline(true);
  await section.getByRole('button', { name: 'Turn on' }).click();
  await section.getByLabel('Your password').fill(password);
  await section.getByLabel('Your password').press('Enter');
  await section.getByText("The server can't be reached.").waitFor();
  expect(faults.filter((one) => !/ERR_INTERNET_DISCONNECTED|status of 40[13]/.test(one))).toEqual([]);
});

test('the company’s own sign-in lets its people in, and says why it lets others not', async () => {
  const site = await newSite();
  const cem = await newAgent(site.id, 'Cem', 'agent');
  const { page, faults } = await visit();
  await page.goto(`${server.url}/console/`);
  const button = page.getByRole('button', { name: 'Sign in with Northcard' });
  await button.waitFor();
  await look(page, 'sign-in', 'Handrail');
  provider.says({ sub: 'x', email: 'stranger@northcard.example', isVerified: true });
  await button.click();
  await page.getByText('Nobody with your address is one of the people here.').waitFor();
  await look(page, 'stranger', 'Handrail');
  provider.says({ sub: 'y', email: cem.email, isVerified: false });
  await button.click();
  await page.getByText('has not confirmed your e-mail address').waitFor();
  provider.says({ sub: 'y', email: cem.email, isVerified: true });
  await button.click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText(cem.email).waitFor();
  expect(faults.filter((one) => !/status of 401/.test(one))).toEqual([]);
});

test('where two-factor is required, nothing else is reached before it', async () => {
  const strict = await startTestServer(inject('postgresUrl'), { requireTwoFactor: true });
  open.push(strict);
  const site = await strict.addSite({ kind: 'page' });
  const { page } = await visit();
  const given = { name: 'Dana', email: 'dana@northcard.example', siteIds: [site.id] };
  const dana = await strict.store.agents.add({ ...given, role: 'agent' });
  await page.goto(await strict.app.identity.signInLink(dana.email, strict.url));
  await page.getByRole('heading', { name: 'Two-factor sign-in comes first' }).waitFor();
  await look(page, 'required', 'Two-factor sign-in comes first');
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByRole('button', { name: 'Turn on', exact: true }).and(page.locator(':enabled')).click();
  await page.getByLabel('Your password').fill(password);
  await page.getByLabel('Your password').press('Enter');
  const secret = (await page.locator('code').textContent())?.replaceAll(' ', '') ?? '';
  await page.getByRole('textbox', { name: /^Code/ }).fill(await freshCode(secret));
  await page.getByRole('textbox', { name: /^Code/ }).press('Enter');
  await page.getByRole('button', { name: 'I have them' }).click();
  await page.getByRole('link', { name: 'Inbox' }).waitFor();
});
