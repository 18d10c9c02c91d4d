import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Consoles, row, startConsoles } from '../console/consoles.ts';
import { topUp } from '../console/northcard.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

describe('signing in', () => {
  test('a one-time link signs in and works once; a password set with it signs in from then on', async () => {
    const site = await consoles.newSite();
    const ana = await consoles.newAgent(site, 'Ana');
    const link = await consoles.signInLink(ana);
    const page = await consoles.newPage();
    await page.goto(`${consoles.server.url}/console/`);
    await page.getByText('The first time, open the link of your invitation').waitFor();
    await page.goto(link);
    await page.getByText('You came by a one-time link.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/');

    await page.getByRole('link', { name: 'Set a password' }).click();
    await page.getByLabel('New password').fill('too short');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Take 10 characters or more.').waitFor();
    await page.getByLabel('New password').fill('a quiet harbour');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Saved. Sign in with it from now on.').waitFor();
    await page.getByText('You came by a one-time link.').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.goto(link);
    await page.getByText('This sign-in link was used before or is too old').waitFor();
    expect(new URL(page.url()).search, 'the reason does not stay in the address').toBe('');

    const signIn = async (password: string) => {
      await page.getByLabel('E-mail').fill(ana.email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn('a wrong harbour');
    await page.getByText('This e-mail and password do not go together.').waitFor();
    await signIn('a quiet harbour');
    await page.getByText('Nobody waits. You will hear').waitFor();
    consoles.expectFault(/status of 401/);
  });

  test('a password is changed with the current one, and the form says when that is not right', async () => {
    const site = await consoles.newSite();
    const ana = await consoles.newAgent(site, 'Ana');
    const page = await consoles.consoleOf(ana);
    await page.goto(`${consoles.server.url}/console/settings`);
    const save = async (current: string | null, next: string) => {
      if (current !== null) await page.getByLabel('Current password').fill(current);
      await page.getByLabel('New password').fill(next);
      await page.getByRole('button', { name: 'Save password' }).click();
    };
    await save(null, 'a quiet harbour');
    await page.getByRole('heading', { name: 'Change your password' }).waitFor();
    const earlier = sql`update auth_session set "createdAt" = now() - interval '1 hour' where "userId" = ${ana.id}`;
    await earlier.execute(consoles.server.store.db);
    await save('a wrong harbour', 'a louder harbour');
    await page.getByText('The current password is not right, so nothing was changed.').waitFor();
    await save('a quiet harbour', 'a louder harbour');
    await page.getByText('Saved. Sign in with it from now on.').waitFor();
    consoles.expectFault(/status of 403/);
  });

  test('a session that ends leaves address, draft and unsent words in place', async () => {
    const site = await consoles.newSite();
    const ana = await consoles.newAgent(site, 'Ana');
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(ana);
    await page.request.post(`${consoles.server.url}/v1/desk/password`, {
      data: { password: 'a quiet harbour' },
    });
    await row(page, customer).click();
    await page.getByRole('button', { name: 'Accept' }).click();
    const box = page.getByLabel('Reply to the customer');
    await box.fill('I am looking');
    await sql`delete from auth_session where "userId" = ${ana.id}`.execute(consoles.server.store.db);
    await box.press('Enter');
    await page.getByText('Your session has ended.').waitFor();
    expect(page.url()).toContain(customer.conversationId);
    await page.getByLabel('E-mail').fill(ana.email);
    await page.getByLabel('Password').fill('a quiet harbour');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await customer.until('message.sent', (fact) => fact.by.kind === 'agent')).toMatchObject({
      text: 'I am looking',
    });
    await page.getByRole('log').getByText('I am looking').waitFor();
  });
});
