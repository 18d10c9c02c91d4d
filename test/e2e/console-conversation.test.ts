import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Fact, FactOf } from '../../protocol/conversation.ts';
import { type Consoles, eventually, group, row, startConsoles } from '../console/consoles.ts';
import { declined, topUp } from '../console/northcard.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const replies = (facts: readonly Fact[]) =>
  facts
    .filter(
      (fact): fact is FactOf<'message.sent'> => fact.type === 'message.sent' && fact.by.kind === 'agent',
    )
    .map((fact) => fact.text);

describe('one conversation', () => {
  test('is handled from first to last by keyboard alone', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    const { keyboard } = page;
    await row(page, customer).waitFor();
    await keyboard.press('j');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My bank says complete' }).waitFor();
    await page.getByText('Thumbs down · Wrong · “It says complete in my bank').waitFor();
    await page.getByText('1 answer of the bot marked down: wrong.').waitFor();
    await keyboard.press('a');
    const box = page.getByLabel('Reply to the customer');
    await eventually(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
    await keyboard.type('Hello! Your bank asked for a second check');
    await keyboard.press('Shift+Enter');
    await keyboard.type('so it is pending.');
    await keyboard.press('Enter');
    await customer.until('message.sent', (fact) => fact.by.kind === 'agent');
    expect(replies(customer.facts)).toEqual(['Hello! Your bank asked for a second check\nso it is pending.']);
    expect(await box.inputValue()).toBe('');

    await keyboard.press('Escape');
    await keyboard.press('n');
    await keyboard.type('Third one today: tell the product team');
    await keyboard.press('Enter');
    await page.getByRole('log').getByText('Third one today').waitFor();
    await keyboard.press('Escape');
    await keyboard.press('h');
    await keyboard.type('The top-up is pending until 15:00.');
    await keyboard.press('Enter');
    expect((await customer.until('handoff.returned')).decision).toBe('The top-up is pending until 15:00.');
    await page.getByText('You handed back to the bot. What was decided: The top-up is pending').waitFor();
    await page.getByText('with the bot', { exact: true }).waitFor();

    await customer.send('handoff:request', {});
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    await keyboard.press('a');
    await page.getByRole('button', { name: 'Hand back' }).waitFor();
    await eventually(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
    await keyboard.press('Escape');
    await keyboard.press('e');
    await page.getByText("Is the customer's question solved?").waitFor();
    await keyboard.press('Escape');
    expect(await page.getByText("Is the customer's question solved?").count()).toBe(0);
    await keyboard.press('e');
    await keyboard.press('Enter');
    expect((await customer.until('conversation.resolved')).outcome).toBe('solved');
    await page.getByText('Resolved by you: solved').waitFor();
    await group(page, 'Recently resolved').waitFor();

    expect(customer.facts.map((fact) => fact.type)).not.toContain('note.added');
    await keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await keyboard.press('2');
    expect(new URL(page.url()).pathname, 'no shortcut acts behind the sheet').toContain('/console/c/');
    await keyboard.press('Escape');
    await keyboard.press('5');
    await page.getByRole('heading', { name: 'Feedback' }).waitFor();
  });

  test('single keys do nothing in text fields, and nothing at all once turned off', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, declined);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await row(page, customer).click();
    await page.keyboard.press('n');
    await page.getByLabel('Note for colleagues').pressSequentially('a2?');
    expect(await page.getByLabel('Note for colleagues').inputValue()).toBe('a2?');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Single-key shortcuts').uncheck();
    await page.reload();
    await page.getByRole('heading', { name: 'Settings' }).click();
    await page.keyboard.press('5');
    await page.getByRole('link', { name: 'Inbox' }).click();
    await row(page, customer).focus();
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    expect(customer.facts.map((fact) => fact.type)).not.toContain('handoff.accepted');
  });

  test('drafts survive a reload; what is sent offline is kept and sent once', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await row(page, customer).click();
    await page.keyboard.press('a');
    const box = page.getByLabel('Reply to the customer');
    await box.fill('I am looking into');
    await page.reload();
    await eventually(() => box.inputValue()).toBe('I am looking into');

    await page.context().setOffline(true);
    await page.getByText('Connection lost. Trying again…').waitFor();
    await box.fill('I am looking into it');
    await box.press('Enter');
    await page.getByText('Kept. Goes out when the connection is back.').waitFor();
    expect(await page.getByRole('button', { name: 'Hand back' }).isDisabled()).toBe(true);
    await customer.send('message:send', { text: 'Are you there?' });
    await page.context().setOffline(false);
    await customer.until('message.sent', (fact) => fact.by.kind === 'agent');
    await page.getByRole('log').getByText('Are you there?').waitFor();
    await page.getByText('Connection lost.').waitFor({ state: 'detached' });
    await page.getByText('Kept.').waitFor({ state: 'detached' });
    await box.fill('Second');
    await box.press('Enter');
    await customer.until('message.sent', (fact) => fact.text === 'Second');
    expect(replies(customer.facts)).toEqual(['I am looking into it', 'Second']);
    expect(await page.getByRole('log').getByText('I am looking into it').count()).toBe(1);
    consoles.expectFault(/ERR_INTERNET_DISCONNECTED/);
  });
});
