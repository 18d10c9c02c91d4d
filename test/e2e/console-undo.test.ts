import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Consoles, eventually, isTheirs, row, startConsoles } from '../console/consoles.ts';
import { fee } from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';
import type { TestCustomer } from '../support/clients.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

/** An agent with a customer, whose reply box they have left. */
async function atWork(): Promise<{ page: Page; customer: TestCustomer; types: () => Promise<string[]> }> {
  const site = await consoles.newSite();
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana', 'admin'));
  const customer = await consoles.customerWith(site, fee);
  await row(page, customer).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await isTheirs(page);
  await page.keyboard.press('Escape');
  const types = async () => {
    const { db } = consoles.server.store;
    const facts = await db
      .selectFrom('facts')
      .where('conversation_id', '=', customer.conversationId)
      .select('type')
      .execute();
    return facts.map(({ type }) => type);
  };
  return { page, customer, types };
}

describe('what leaves a customer, an offer or a promise can be undone', () => {
  for (const [what, keys, says, fact] of [
    ['resolving', ['e', 'Enter'], 'Resolving: solved…', 'conversation.resolved'],
    ['handing back', ['h', 'Enter'], 'Handing back to the bot…', 'handoff.returned'],
    ['passing on', ['t', 'Tab', 'Enter'], 'Passing on…', 'handoff.transferred'],
  ] as const) {
    for (const undo of ['z', 'Escape']) {
      test(`${what}, by ${undo}`, async () => {
        const { page, types } = await atWork();
        const before = await types();
        for (const key of keys) await page.keyboard.press(key);
        await page.getByText(says).waitFor();
        await page.keyboard.press(undo);
        await page.getByText(says).waitFor({ state: 'detached' });
        // What goes on at once would carry out whatever was still held.
        await page.getByRole('link', { name: 'Promises' }).click();
        await page.getByText('You owe nobody anything.').waitFor();
        expect(await types(), 'nothing of it reached the server').toEqual(before);
        expect(before).not.toContain(fact);
      });
    }
  }

  test('keeping a promise', async () => {
    const { page, customer, types } = await atWork();
    await page.keyboard.press('p');
    await page.keyboard.type('I will check with billing');
    await page.getByRole('button', { name: 'In 1 hour' }).click();
    await page.getByLabel('What do you promise?').press('Enter');
    await customer.until('promise.made');
    await page.getByRole('button', { name: 'Done: I will check with billing' }).click();
    await page.getByText('The promise is kept…').waitFor();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page.getByRole('button', { name: 'Done: I will check with billing' }).waitFor();
    await page.getByRole('link', { name: 'Promises' }).click();
    await page.locator('.promise').waitFor();
    expect(await types()).not.toContain('promise.kept');
  });
});

test('what cannot be undone says so and asks: an invitation, a customer', async () => {
  const { page, types } = await atWork();
  const { store } = consoles.server;
  const about = page.getByLabel('About this conversation');
  await about.getByRole('button', { name: 'Erase this customer…' }).click();
  await about.getByText('for everybody and for good').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await about.getByRole('button', { name: 'Keep' }).click();
  await about.getByRole('button', { name: 'Erase this customer…' }).waitFor();
  expect(await types()).toContain('handoff.accepted');

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const email = `kim-${crypto.randomUUID()}@northcard.example`;
  const form = page.getByRole('form', { name: 'Invite somebody' });
  await form.getByLabel('Name, as').fill('Kim');
  await form.getByLabel('E-mail').fill(email);
  await form.getByLabel('E-mail').press('Enter');
  await page.getByRole('button', { name: 'I have it' }).click();
  const kim = page.getByRole('listitem', { name: 'Kim' });
  const isOpen = async () => (await kim.count()) === 1;
  await kim.getByRole('button', { name: 'Withdraw…' }).click();
  await kim.getByText('will let nobody in any more').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await kim.getByRole('button', { name: 'Keep it' }).click();
  await page.reload();
  await kim.waitFor();
  await kim.getByRole('button', { name: 'Withdraw…' }).click();
  await kim.getByRole('button', { name: 'Withdraw it' }).click();
  await eventually(isOpen).toBe(false);
  expect(await store.agents.byEmail(email), 'nobody came of it').toBeNull();
});
