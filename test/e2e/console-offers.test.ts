import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { defaultRouting } from '../../server/domain/routing.ts';
import { type Consoles, eventually, row, startConsoles } from '../console/consoles.ts';
import { fee } from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

/** A site that offers its customers, as the server knows it: it reads sites anew every few seconds. */
async function offeringSite(rules: Partial<typeof defaultRouting> = {}) {
  const { store, app } = consoles.server;
  const site = await consoles.newSite();
  const routing = { ...defaultRouting, mode: 'offer', offerMs: 60_000, ...rules } as const;
  await store.sites.save({ ...site, routing });
  await expect
    .poll(async () => (await app.sites.byId(site.id))?.routing.mode, { timeout: 15_000 })
    .toBe('offer');
  return site;
}

test('who is offered a customer sees it with the seconds left, colleagues see to whom, and then who took them', async () => {
  const site = await offeringSite();
  const ana = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  const customer = await consoles.customerWith(site, fee);
  await row(ana, customer)
    .getByText(/^For you: \d+ s$/)
    .waitFor();
  const ben = await consoles.consoleOf(await consoles.newAgent(site, 'Ben'));
  await row(ben, customer).getByText('Offered to Ana').waitFor();
  expect(await axeFindings(ana)).toEqual([]);
  await row(ana, customer).click();
  await ana.getByRole('button', { name: 'Accept' }).click();
  await ana.getByLabel('Reply to the customer').waitFor();
  await row(ben, customer).getByText('Offered to').waitFor({ state: 'hidden' });
  await row(ben, customer).getByText('Ana', { exact: true }).waitFor();
});

test('declining can be undone; else the next one is asked, and who lets offers pass reads that they were set away', async () => {
  const { store, app } = consoles.server;
  const site = await offeringSite({ missedOffers: 1 });
  const ana = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  const customer = await consoles.customerWith(site, fee);
  await row(ana, customer)
    .getByText(/^For you: \d+ s$/)
    .waitFor();
  const ben = await consoles.consoleOf(await consoles.newAgent(site, 'Ben'));
  await row(ana, customer).click();
  await ana.getByRole('button', { name: 'Decline' }).waitFor();
  expect(await axeFindings(ana)).toEqual([]);
  const going = ana.getByText('Declining. The next one is asked…');
  const declined = () =>
    store.db
      .selectFrom('facts')
      .where('conversation_id', '=', customer.conversationId)
      .where('type', '=', 'handoff.declined')
      .select('seq')
      .execute();
  await ana.keyboard.press('d');
  await going.waitFor();
  await row(ana, customer)
    .getByText(/^For you/)
    .waitFor({ state: 'hidden' });
  await ana.keyboard.press('z');
  await going.waitFor({ state: 'detached' });
  await ana.getByRole('button', { name: 'Decline' }).waitFor();
  // Who leaves the conversation has decided.
  await ana.keyboard.press('d');
  await going.waitFor();
  expect(await declined(), 'what was undone was never sent').toEqual([]);
  await ana.getByRole('link', { name: 'Promises' }).click();
  await eventually(async () => (await declined()).length).toBe(1);
  await ana.getByRole('link', { name: 'Inbox' }).click();
  await row(ana, customer).click();
  await row(ben, customer)
    .getByText(/^For you: \d+ s$/)
    .waitFor();
  await ana.getByRole('button', { name: 'Decline' }).waitFor({ state: 'hidden' });
  // Ben does not answer: the offer is over for him before its time.
  await store.db
    .updateTable('conversations')
    .set({ state: sql`jsonb_set(state, '{offer,expiresAt}', to_jsonb(${Date.now() - 1}::bigint))` })
    .where('id', '=', customer.conversationId)
    .execute();
  await app.engine.forServer(customer.conversationId, { name: 'handoff:expire_offer' });
  await ben.getByText('You were set away').waitFor();
  await ben.getByRole('button', { name: 'I am back' }).click();
  await ben.getByText('You were set away').waitFor({ state: 'hidden' });
});

test('who accepts while their declining can still be undone has accepted', async () => {
  const site = await offeringSite();
  const ana = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  const customer = await consoles.customerWith(site, fee);
  await row(ana, customer)
    .getByText(/^For you/)
    .waitFor();
  await row(ana, customer).click();
  await ana.getByRole('button', { name: 'Decline' }).click();
  await ana.getByText('Declining. The next one is asked…').waitFor();
  await ana.keyboard.press('a');
  await ana.getByLabel('Reply to the customer').waitFor();
  const accepted = await customer.until('handoff.accepted');
  expect(accepted.agent.name).toBe('Ana');
  await ana.getByText('Declining. The next one is asked…').waitFor({ state: 'detached' });
});
