import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Consoles, eventually, isTheirs, row, startConsoles } from '../console/consoles.ts';
import { topUp } from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';
import type { TestCustomer } from '../support/clients.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const accept = async (page: Page, customer: TestCustomer) => {
  await row(page, customer).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  const box = page.getByLabel('Reply to the customer');
  await eventually(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
  await isTheirs(page);
  return box;
};

describe('an agent at work', () => {
  test('resolves with why the bot failed, by keyboard, and can undo it', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await accept(page, customer);
    await page.getByText(/^You accepted after \d+ s$/).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.keyboard.press('2');
    await page.getByRole('button', { name: 'Wrong knowledge', pressed: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('Resolving: solved…').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('z');
    await page.getByText('Resolving: solved…').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Resolve' }).waitFor();

    await page.keyboard.press('e');
    await page.keyboard.press('1');
    await page.keyboard.press('n');
    await page.getByText('Resolving: not solved…').waitFor();
    await page.reload();
    const resolved = await customer.until('conversation.resolved');
    expect(resolved.outcome).toBe('unsolved');
    await page.getByText('Resolved by you: not solved · Why the bot failed: missing knowledge').waitFor();
  });

  test('is kept from leaving a customer who has just written', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await accept(page, customer);
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.keyboard.press('Enter');
    await page.getByText('Resolving: solved…').waitFor();
    await customer.send('message:send', { text: 'One more thing' });
    await page.getByText('The customer has just written: it stays with you.').waitFor();
    await page.getByRole('button', { name: 'Resolve' }).waitFor();
    expect(customer.facts.map(({ type }) => type)).not.toContain('conversation.resolved');
  });

  test('says what the bot should have said, on the message and from their own reply', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    const box = await accept(page, customer);
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    await page.keyboard.type('It is pending until your bank confirms.');
    expect(await page.getByRole('button', { name: 'New messages' }).count(), 'a form is no news').toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('What it should have said · You').waitFor();
    await page.getByRole('log').getByText('It is pending until your bank confirms.').waitFor();
    await box.fill('Your bank asked for a second check.');
    await box.press('Enter');
    await page.getByRole('button', { name: 'Use as the better answer' }).click();
    await page.keyboard.press('Enter');
    await page.locator('.better').getByText('Your bank asked for a second check.').waitFor();
    await page.getByRole('button', { name: 'Propose as guidance' }).last().click();
    await page.getByText('Proposed. It waits for approval.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(JSON.stringify(customer.facts)).not.toContain('until your bank confirms');
  });

  test('keeps canned responses and finds them by /, with variables, and is told what is not filled in', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'New canned response' }).click();
    await page.getByLabel('Shortcut: small letters').fill('hello');
    await page.getByLabel('Title').fill('Greeting');
    await page.getByLabel('Text', { exact: true }).fill('Hi {{customer.name}}, {{agent.name}} here.');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('/hello').waitFor();
    await page.getByRole('button', { name: 'Delete Greeting' }).click();
    await page.getByText('Deleting “Greeting”…').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('/hello').waitFor();

    await page.getByRole('link', { name: 'Inbox' }).click();
    const box = await accept(page, customer);
    await page.keyboard.type('/he');
    await page.getByRole('option', { name: '/hello' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await box.inputValue()).toBe('Hi {{customer.name}}, Ana here.');
    await page.getByText('Not filled in: {{customer.name}}').waitFor();
    await page.keyboard.type(' a/b and/or');
    expect(await page.getByRole('listbox').count()).toBe(0);
  });
});

describe('two agents', () => {
  test('see each other, call each other, pass on and take over', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const ben = await consoles.newAgent(site, 'Ben');
    const ana = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    const bens = await consoles.consoleOf(ben);
    await accept(ana, customer);
    await ana.keyboard.press('Escape');
    await ana.keyboard.press('n');
    await ana.keyboard.type('@be');
    await ana.getByRole('option', { name: 'Ben' }).waitFor();
    await ana.keyboard.press('Enter');
    await ana.keyboard.type('do you know this?');
    await ana.keyboard.press('Enter');
    const mention = bens.getByRole('region', { name: 'Mentioned you' });
    await mention.getByText('@Ben do you know this?').waitFor();
    await bens.reload();
    await mention.getByText('@Ben do you know this?').waitFor();
    expect(await axeFindings(bens)).toEqual([]);
    await bens.keyboard.press('m');
    await bens.getByRole('heading', { name: 'My bank says complete' }).waitFor();
    await mention.waitFor({ state: 'detached' });
    await ana.getByText('Ben is reading').waitFor();
    await bens.getByText(/^Ana is (reading|writing a note)$/).waitFor();

    await bens.keyboard.press('n');
    await bens.keyboard.type('Ask for the receipt');
    await ana.getByText('Ben is writing a note').waitFor();
    await bens.keyboard.press('Enter');
    await ana.getByRole('log').getByText('Ask for the receipt').waitFor();
    expect(await axeFindings(ana)).toEqual([]);
    await bens.keyboard.press('Escape');
    await bens.keyboard.press('t');
    await bens.getByText('Take over from Ana?').waitFor();
    expect(await axeFindings(bens)).toEqual([]);
    await bens.keyboard.press('Enter');
    await ana.getByText('Ben has taken over.').first().waitFor();
    await customer.until('handoff.transferred', ({ to }) => to.kind === 'agent' && to.agent.id === ben.id);

    await eventually(() => bens.getByLabel('Reply to the customer').count()).toBe(1);
    await bens.keyboard.press('Escape');
    await bens.keyboard.press('t');
    await bens.getByRole('option', { name: /^Ana · online · 0 of/ }).waitFor({ state: 'attached' });
    await bens.getByRole('combobox').selectOption({ index: 1 });
    await bens.getByLabel('Note for whoever takes it').fill('She knows the fee rules');
    expect(await axeFindings(bens)).toEqual([]);
    await bens.getByLabel('Note for whoever takes it').press('Enter');
    await bens.getByText('Passing on…').waitFor();
    await bens.keyboard.press('z');
    await bens.getByText('Passing on…').waitFor({ state: 'detached' });
    await bens.keyboard.press('t');
    await bens.getByRole('option', { name: /^Ana · online · 0 of/ }).waitFor({ state: 'attached' });
    await bens.getByRole('combobox').selectOption({ index: 1 });
    await bens.getByLabel('Note for whoever takes it').fill('She knows the fee rules');
    await bens.getByLabel('Note for whoever takes it').press('Enter');
    await ana.getByRole('log').getByText('She knows the fee rules').waitFor();
    await ana.getByText('with you', { exact: true }).waitFor();
    expect(JSON.stringify(customer.facts)).not.toContain('fee rules');
  });
});
