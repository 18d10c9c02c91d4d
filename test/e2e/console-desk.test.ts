import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  availability,
  type Consoles,
  eventually,
  group,
  isTheirs,
  row,
  startConsoles,
} from '../console/consoles.ts';
import { age, declined, fee, topUp } from '../console/northcard.ts';
import { connectAgent } from '../support/clients.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

describe('the desk, live', () => {
  test('a new handoff appears in every console with sound, and vanishes when one accepts', async () => {
    const site = await consoles.newSite();
    // What the agent would hear and see outside of the page, written down in it.
    const listen = (page: Page) =>
      page.addInitScript(() => {
        const written = () => document.documentElement.dataset;
        const create = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function (this: AudioContext) {
          written().notes = String(Number(written().notes ?? 0) + 1);
          return create.call(this);
        };
        document.hasFocus = () => false;
        PushManager.prototype.subscribe = async () => {
          throw new DOMException('there is no push service', 'AbortError');
        };
        Object.assign(window, {
          Notification: Object.assign(
            function (this: object, title: string) {
              written().notified = title;
            },
            { permission: 'default', requestPermission: async () => 'granted' },
          ),
        });
      });
    const [ana, ben] = await Promise.all([
      consoles.newAgent(site, 'Ana').then((agent) => consoles.consoleOf(agent, listen)),
      consoles.newAgent(site, 'Ben').then((agent) => consoles.consoleOf(agent, listen)),
    ]);
    await ana.getByText('Nobody waits. You will hear').click();
    await ben.getByRole('switch', { name: 'Sound for new handoffs' }).click();
    await ben.getByRole('link', { name: 'Settings' }).click();
    await ben.getByRole('checkbox', { name: 'Notify me on this device' }).click();
    // There is no push service in this browser; with the page open it goes without one.
    await ben.getByText('notifications show only while this page is open.').waitFor();
    await ben.getByRole('link', { name: 'Inbox' }).click();
    const customer = await consoles.customerWith(site, fee);
    await Promise.all([row(ana, customer).waitFor(), row(ben, customer).waitFor()]);
    expect(await row(ana, customer).textContent()).toMatch(
      /Why was I charged.*\d:\d\d.*asked for a person.*1/s,
    );
    await eventually(() => ana.title()).toBe('(1) Handrail');
    await ana.getByText('New in the queue: Why was I charged').waitFor({ state: 'attached' });
    await eventually(() => ana.locator('html').getAttribute('data-notes')).toBe('2');
    expect(await ben.locator('html').getAttribute('data-notes'), 'muted').toBeNull();

    expect(await ben.locator('html').getAttribute('data-notified')).toBe('A customer asks for a person');
    expect(await ana.locator('html').getAttribute('data-notified'), 'not asked for').toBeNull();

    await row(ben, customer).click();
    await ben.getByRole('button', { name: 'Accept' }).click();
    await ben.getByLabel('Reply to the customer').waitFor();
    await isTheirs(ben);
    await group(ana, 'With colleagues').getByText('Ben', { exact: true }).waitFor();
    expect(await group(ana, 'Waiting').locator('[data-row]').count()).toBe(0);
    await eventually(() => ana.title()).toBe('Handrail');

    await row(ana, customer).click();
    await ana.getByText('Ben is in this conversation. You can read along.').waitFor();
    expect(await ana.getByRole('button', { name: 'Accept' }).count()).toBe(0);
    const heard = new Promise((resolve) => customer.socket.once('typing', resolve));
    await ben.getByLabel('Reply to the customer').pressSequentially('Hel');
    expect(await heard).toMatchObject({ isTyping: true, agent: { name: 'Ben' } });
    customer.socket.emit('typing', { conversationId: customer.conversationId, isTyping: true });
    await ben.getByText('The customer is typing…').waitFor();
    await ana.getByText('The customer is typing…').waitFor();
  });

  test('who loses the race for a conversation is told who took it', async () => {
    const site = await consoles.newSite();
    const ben = await consoles.newAgent(site, 'Ben');
    const customer = await consoles.customerWith(site, declined);
    let isHolding = false;
    // The news that it is taken reaches this console late: as on a slow line.
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'), (early) =>
      early.routeWebSocket(/v1\/socket/, (browserSide) => {
        const serverSide = browserSide.connectToServer();
        serverSide.onMessage((message) => {
          if (!isHolding || !/"(summaries|facts)"/.test(String(message))) browserSide.send(message);
        });
      }),
    );
    await row(page, customer).click();
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    isHolding = true;
    const desk = await connectAgent(consoles.server.url, await consoles.server.signIn(ben));
    consoles.closeLater(desk);
    await desk.send('handoff:accept', customer.conversationId, {});
    await page.keyboard.press('a');
    await page.getByText('Ben has taken it.').waitFor();
    await group(page, 'With colleagues').getByText('Ben', { exact: true }).waitFor();
  });

  test('availability is shared by all consoles of an agent and told to customers', async () => {
    const site = await consoles.newSite();
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    const second = await page.context().newPage();
    await second.goto(`${consoles.server.url}/console/`);
    await availability(second).and(second.locator(':enabled')).waitFor();
    const customer = await consoles.customerWith(site, declined);
    const place = new Promise((resolve) => {
      customer.socket.on('queue:place', (at) => {
        if (!at.isAnyoneOnline) resolve(at);
      });
    });
    await availability(page).click();
    await second.getByRole('switch', { name: 'Available for new handoffs', checked: false }).waitFor();
    expect(await place).toMatchObject({ isAnyoneOnline: false });
  });

  test('text from outside stays text: markup, script addresses and markdown do nothing', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, {
      context: { page: { url: 'javascript:alert(1)', title: '<img src=x onerror=alert(1)>' } },
      questions: ['<b>bold</b> **stars** <script>alert(1)</script>'],
      asks: 'customer',
    });
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await row(page, customer).click();
    await page.getByRole('log').getByText('<b>bold</b> **stars** <script>alert(1)</script>').waitFor();
    const about = page.getByRole('complementary', { name: 'About this conversation' });
    expect(await about.getByRole('link').count()).toBe(0);
    expect(await about.textContent()).toContain('<img src=x onerror=alert(1)>');
  });

  test('a running answer of the bot is read as it comes', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, declined);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await row(page, customer).click();
    await page.getByRole('log').getByText('I cannot see why').waitFor();
    await customer.send('message:send', { text: 'Answer slowly, please' });
    await page.getByRole('log').getByText('Refunds usually take three to five').waitFor();
    await page.getByText('The bot is answering…').waitFor();
    await page.keyboard.press('a');
    await page.getByText('Stopped: the conversation moved on.').waitFor();
  });

  test('a console of another protocol version says that a reload helps', async () => {
    const site = await consoles.newSite();
    const page = await consoles.newPage();
    await page.routeWebSocket(/v1\/socket/, (browserSide) => {
      const serverSide = browserSide.connectToServer();
      browserSide.onMessage((message) =>
        serverSide.send(String(message).replace('"version":1', '"version":99')),
      );
    });
    await page.goto(await consoles.signInLink(await consoles.newAgent(site, 'Ana')));
    await page.getByText('Handrail has been updated. Reload to go on').waitFor();
  });
});

test('the list is a fair queue: who has waited longest comes first', async () => {
  const site = await consoles.newSite();
  // Somebody is there all along: who comes later changes nothing of what was told, and writes over no aged row.
  const ben = await consoles.server.signIn(await consoles.newAgent(site, 'Ben'));
  consoles.closeLater(await connectAgent(consoles.server.url, ben));
  const [late, early] = [
    await consoles.customerWith(site, topUp),
    await consoles.customerWith(site, declined),
  ];
  await age(consoles.server, early.conversationId, 7 * 60_000);
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  await row(page, late).waitFor();
  const ids = await page
    .locator('[data-row]')
    .evaluateAll((rows) => rows.map((one) => one.getAttribute('data-row')));
  expect(ids).toEqual([early.conversationId, late.conversationId]);
});
