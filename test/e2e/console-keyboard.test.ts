import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Consoles, eventually, group, startConsoles } from '../console/consoles.ts';
import { keepKeyLog } from '../console/key-log.ts';
import { addGreeting, endings, told, type Worked, workHandoff } from '../console/keyboard-shift.ts';
import { axeFindings } from '../support/axe.ts';
import { connectAgent } from '../support/clients.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

test('an agent takes and ends handoff after handoff by keys alone, each one press away from the reply', async () => {
  const { server } = consoles;
  const { store, url } = server;
  const site = await consoles.newSite();
  const ben = await consoles.newAgent(site, 'Ben');
  const desk = await connectAgent(url, await server.signIn(ben));
  consoles.closeLater(desk);
  await addGreeting(store, site);
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'), keepKeyLog);
  const shift = { page, url, store, site, names: { agent: 'Ana', colleague: 'Ben' } };

  const worked: Worked[] = [];
  for (const [index, ending] of endings.entries()) {
    if (index === endings.length / 2) expect(await axeFindings(page)).toEqual([]);
    worked.push(await workHandoff(shift, index + 1, ending));
  }
  for (const { conversationId, ending, intended, keys } of worked) {
    await eventually(() => told(store, conversationId)).toEqual(intended);
    expect(keys.pressesToComposer, ending).toBe(1);
  }
  await eventually(() => group(page, 'Waiting').locator('[data-row]').count()).toBe(0);

  // The last one ended with nobody behind it: the list is still one key away.
  await page.keyboard.press('j');
  await page.locator('[data-row]:focus').waitFor();
});

test('letters typed while the server still answers go into the reply, and wait there if a colleague was faster', async () => {
  const site = await consoles.newSite();
  const ben = await consoles.newAgent(site, 'Ben');
  let held: (() => void) | null = null;
  let isHolding = false;
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'), (early) =>
    early.routeWebSocket(/v1\/socket/, (browserSide) => {
      const serverSide = browserSide.connectToServer();
      browserSide.onMessage((message) => {
        if (isHolding && String(message).includes('handoff:accept')) held = () => serverSide.send(message);
        else serverSide.send(message);
      });
    }),
  );
  const customer = await consoles.customerWith(site, { questions: [], asks: 'customer' });
  await page.locator(`[data-row="${customer.conversationId}"]`).waitFor();
  isHolding = true;
  await page.keyboard.press('a');
  await page.keyboard.type('Hello, one');
  const box = page.getByLabel('Reply to the customer');
  expect(await box.inputValue()).toBe('Hello, one');
  await page.keyboard.press('Enter');
  expect(await box.inputValue(), 'nothing is sent before it is theirs').toBe('Hello, one');

  const desk = await connectAgent(consoles.server.url, await consoles.server.signIn(ben));
  consoles.closeLater(desk);
  await desk.send('handoff:accept', customer.conversationId, {});
  await eventually(() => held).not.toBeNull();
  (held as (() => void) | null)?.();
  await page.getByText('Ben has taken it.').waitFor();
  await page.locator('#conversation-title:focus').waitFor();
  expect(customer.facts.filter(({ type }) => type === 'message.sent')).toEqual([]);
});
