import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Agent } from '../../server/store/agents.ts';
import { type Consoles, eventually, group, isTheirs, startConsoles } from '../console/consoles.ts';
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

/** A console whose acceptances are held on their way to the server, from `hold` on until `letGo`. */
async function holdingConsole(agent: Agent) {
  let held: (() => void) | null = null;
  let isHolding = false;
  const page = await consoles.consoleOf(agent, (early) =>
    early.routeWebSocket(/v1\/socket/, (browserSide) => {
      const serverSide = browserSide.connectToServer();
      browserSide.onMessage((message) => {
        if (isHolding && String(message).includes('handoff:accept')) held = () => serverSide.send(message);
        else serverSide.send(message);
      });
    }),
  );
  return {
    page,
    hold: () => {
      isHolding = true;
    },
    letGo: async () => {
      await eventually(() => held).not.toBeNull();
      held?.();
    },
  };
}

test('letters typed while the server still answers go into the reply, and wait there if a colleague was faster', async () => {
  const site = await consoles.newSite();
  const ben = await consoles.newAgent(site, 'Ben');
  const { page, hold, letGo } = await holdingConsole(await consoles.newAgent(site, 'Ana'));
  const customer = await consoles.customerWith(site, { questions: [], asks: 'customer' });
  await page.locator(`[data-row="${customer.conversationId}"]`).waitFor();
  hold();
  await page.keyboard.press('a');
  await page.keyboard.type('Hello, one');
  const box = page.getByLabel('Reply to the customer');
  expect(await box.inputValue()).toBe('Hello, one');
  await page.keyboard.press('Enter');
  expect(await box.inputValue(), 'nothing is sent before it is theirs').toBe('Hello, one');

  const desk = await connectAgent(consoles.server.url, await consoles.server.signIn(ben));
  consoles.closeLater(desk);
  await desk.send('handoff:accept', customer.conversationId, {});
  await letGo();
  await page.getByText('Ben has taken it.').waitFor();
  await page.locator('#conversation-title:focus').waitFor();
  expect(customer.facts.filter(({ type }) => type === 'message.sent')).toEqual([]);
});

test('a note begun while the server still answers stays a note, and no held reply is sent in its place', async () => {
  const site = await consoles.newSite();
  const { page, hold, letGo } = await holdingConsole(await consoles.newAgent(site, 'Ana'));
  const customer = await consoles.customerWith(site, { questions: [], asks: 'customer' });
  await page.locator(`[data-row="${customer.conversationId}"]`).waitFor();
  hold();
  await page.keyboard.press('a');
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.keyboard.type('Angry, be');
  await letGo();
  await isTheirs(page);
  await page.getByText('You accepted after').waitFor();
  await page.keyboard.type(' careful');
  const note = page.getByLabel('Note for colleagues; the customer never sees it');
  expect(await note.inputValue()).toBe('Angry, be careful');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('Angry, be careful').waitFor();
  await page.getByRole('button', { name: 'Reply', exact: false }).first().click();
  expect(await page.getByLabel('Reply to the customer').inputValue()).toBe('Hello');
  expect(customer.facts.filter(({ type }) => type === 'message.sent')).toEqual([]);
});
