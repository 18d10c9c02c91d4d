import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { defaultRouting } from '../../server/domain/routing.ts';
import { type Consoles, row, startConsoles } from '../console/consoles.ts';
import { fee } from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

test('who is offered a customer sees it with the seconds left, colleagues see to whom; then it is the next one’s', async () => {
  const site = await consoles.newSite();
  const { store } = consoles.server;
  const routing = { ...defaultRouting, mode: 'offer', offerMs: 15_000 } as const;
  await store.sites.save({ ...site, routing });
  // Offers begin once the server has read the site anew.
  await expect
    .poll(async () => (await consoles.server.app.sites.byId(site.id))?.routing.mode, { timeout: 15_000 })
    .toBe('offer');
  const ana = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  const customer = await consoles.customerWith(site, fee);
  await row(ana, customer)
    .getByText(/^For you: \d+ s$/)
    .waitFor();
  const ben = await consoles.consoleOf(await consoles.newAgent(site, 'Ben'));
  await row(ben, customer).waitFor();
  await row(ben, customer)
    .getByText(/^For you: \d+ s$/)
    .waitFor({ timeout: 40_000 });
  await row(ana, customer).getByText('Offered to Ben').waitFor();
  expect(await axeFindings(ben)).toEqual([]);
  await row(ben, customer).click();
  await ben.getByRole('button', { name: 'Accept' }).click();
  await ben.getByLabel('Reply to the customer').waitFor();
  await row(ana, customer).getByText('Offered to').waitFor({ state: 'hidden' });
}, 90_000);
