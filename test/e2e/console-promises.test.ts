import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Consoles, eventually, isTheirs, row, startConsoles } from '../console/consoles.ts';
import { fee } from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const shots = process.env.SHOTS;

test('a promise is made by keyboard, stands above the reply, and is done or taken back with a word', async () => {
  const site = await consoles.newSite();
  const ana = await consoles.newAgent(site, 'Ana');
  const page = await consoles.consoleOf(ana);
  const customer = await consoles.customerWith(site, fee);
  const shot = async (name: string) => {
    if (shots === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, height] of [
        [1280, 800],
        [390, 844],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png` });
      }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
  };
  await page.getByRole('link', { name: 'Promises' }).click();
  await page.getByText('You owe nobody anything.').waitFor();
  await shot('empty');
  await page.getByRole('link', { name: 'Inbox' }).click();
  await row(page, customer).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByLabel('Reply to the customer').waitFor();
  await isTheirs(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await page.keyboard.type('I will check with billing');
  await page.getByRole('button', { name: 'In 1 hour' }).click();
  expect(await axeFindings(page)).toEqual([]);
  await shot('form');
  await page.getByLabel('What do you promise?').press('Enter');
  const open = page.getByRole('region', { name: 'Open promises' });
  await open.getByText('I will check with billing').waitFor();
  const made = await customer.until('promise.made');
  expect(made).toMatchObject({ kind: 'follow_up', owner: { name: 'Ana' } });
  await page.getByText(/^You promised by .*: “I will check with billing”$/).waitFor();

  await page.getByRole('button', { name: 'Promise', exact: true }).click();
  await page.getByLabel('What do you promise?').fill('I call you about the card');
  await page.getByLabel('Kind').selectOption('Call back');
  await page.getByLabel('By', { exact: true }).fill('2020-01-01T10:00');
  await page.getByText('That has passed.').waitFor();
  const submit = page.getByRole('form').getByRole('button', { name: 'Promise', exact: true });
  expect(await submit.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Tomorrow 10:00' }).click();
  await submit.click();
  await open.getByText('I call you about the card').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await shot('conversation');

  await page.getByRole('link', { name: 'Promises' }).click();
  const rows = page.locator('.promise');
  await eventually(() => rows.count()).toBe(2);
  expect(await axeFindings(page)).toEqual([]);
  await shot('list');
  await page.keyboard.press('j');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('I will check with billing');
  await page.getByRole('button', { name: 'Done: I will check with billing' }).click();
  await eventually(() => rows.count()).toBe(1);
  await page.getByRole('button', { name: 'Cancel: I call you about the card' }).click();
  await page.keyboard.type('A slip');
  await page.keyboard.press('Enter');
  await page.getByText('Taking the promise back…').waitFor();
  await page.keyboard.press('z');
  await page.getByRole('button', { name: 'Cancel: I call you about the card' }).click();
  await page.keyboard.type('The card has come');
  await page.keyboard.press('Enter');
  await page.getByText('You owe nobody anything.').waitFor();
  expect((await customer.until('promise.cancelled')).why).toBe('The card has come');
  await page.getByRole('link', { name: 'Kept and missed' }).click();
  await page.getByText('“The card has come”').waitFor();
  await page.getByText('100 % kept of 1 in 30 days').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await shot('ended');
  await page.getByRole('link', { name: 'I will check with billing' }).click();
  await page.getByText('Promise kept').waitFor();
});

test('what is overdue says so, a colleague sees it, and without the server the list says that too', async () => {
  const site = await consoles.newSite();
  const [ana, ben] = [await consoles.newAgent(site, 'Ana'), await consoles.newAgent(site, 'Ben')];
  const page = await consoles.consoleOf(ben);
  const customer = await consoles.customerWith(site, fee);
  const { app, store } = consoles.server;
  const agent = await store.agents.byId(ana.id);
  if (agent === null) throw new Error('Ana is gone');
  const { conversationId } = customer;
  const command = () => ({ cid: crypto.randomUUID().replace(/^(.{14})./, '$17'), conversationId });
  await app.engine.forAgent(agent, 'handoff:accept', command());
  const what = { kind: 'follow_up', text: 'I look into it', dueAt: Date.now() + 60_000 } as const;
  await app.engine.forAgent(agent, 'promise:make', { ...command(), ...what });
  // As if the deadline had passed, and the server not yet said so.
  await store.db
    .updateTable('promises')
    .set({ due_at: Date.now() - 120_000 })
    .where('conversation_id', '=', conversationId)
    .execute();
  await page.goto(`${consoles.server.url}/console/promises?view=team`);
  await page.getByText('overdue for 2 min').waitFor();
  await page.getByText('Follow-up · Ana · ').waitFor();
  expect(await page.getByRole('button', { name: /^Done/ }).count(), "a colleague's").toBe(0);
  expect(await axeFindings(page)).toEqual([]);
  consoles.expectFault(/503/);
  await page.route('**/v1/desk/promises?*', (route) => route.fulfill({ status: 503, body: 'away' }));
  await page.getByRole('link', { name: 'Mine' }).click();
  await page.getByText('The promises could not be loaded.').waitFor();
  await page.unroute('**/v1/desk/promises?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('You owe nobody anything.').waitFor();
});
