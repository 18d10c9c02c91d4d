import type { Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { rooms } from '../../server/plugins/realtime.ts';
import {
  availability,
  type Consoles,
  eventually,
  isTheirs,
  row,
  startConsoles,
} from '../console/consoles.ts';
import { declined, fee, topUp } from '../console/northcard.ts';
import type { TestCustomer } from '../support/clients.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const repliesIn = (facts: readonly Fact[]) =>
  facts.flatMap((fact) => (fact.type === 'message.sent' && fact.by.kind === 'agent' ? [fact.text] : []));

/** The line between a console and its server. What is dropped on it is gone, and its socket does not notice. */
interface Line {
  /** Whether a packet from the server, or to it, is dropped. */
  drops: { fromServer(packet: string): boolean; toServer(packet: string): boolean };
  /** Connections so far. */
  count: number;
}

const all = () => true;
const none = () => false;

/** Puts the line into a page's hands, and its clock into the test's. */
async function tap(page: Page): Promise<Line> {
  const line: Line = { drops: { fromServer: none, toServer: none }, count: 0 };
  await page.clock.install();
  await page.routeWebSocket(/v1\/socket/, (browserSide: WebSocketRoute) => {
    line.count += 1;
    const serverSide = browserSide.connectToServer();
    // A new connection finds its way.
    line.drops = { fromServer: none, toServer: none };
    browserSide.onMessage((packet) => {
      if (!line.drops.toServer(String(packet))) serverSide.send(packet);
    });
    serverSide.onMessage((packet) => {
      if (!line.drops.fromServer(String(packet))) browserSide.send(packet);
    });
  });
  return line;
}

/** A console of a new agent on this line, with the customer's conversation open and taken. */
async function consoleIn(customer: TestCustomer, site: Awaited<ReturnType<Consoles['newSite']>>) {
  let line: Line | undefined;
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'), async (early) => {
    line = await tap(early);
  });
  if (line === undefined) throw new Error('the page was not prepared');
  await row(page, customer).click();
  await page.keyboard.press('a');
  await page.getByLabel('Reply to the customer').waitFor();
  await isTheirs(page);
  return { page, line };
}

const reply = async (page: Page, text: string) => {
  const box = page.getByLabel('Reply to the customer');
  await box.fill(text);
  await box.press('Enter');
};

describe('[D5] a line that is dead one way', () => {
  test('from the server is noticed by its silence: the console connects anew and has what it missed', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const { page, line } = await consoleIn(customer, site);
    line.drops.fromServer = all;
    await customer.send('message:send', { text: 'Can you hear me?' });
    const waiting = await consoles.customerWith(site, declined);
    expect(await page.getByRole('log').getByText('Can you hear me?').count()).toBe(0);
    await page.clock.fastForward(33_000);
    await page.getByRole('log').getByText('Can you hear me?').waitFor();
    await row(page, waiting).waitFor();
    expect(line.count).toBe(2);
  });

  test('towards the server is noticed by the answer that does not come: the reply is sent again, and said once', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const { page, line } = await consoleIn(customer, site);
    line.drops.toServer = all;
    await reply(page, 'Into the void');
    await page.getByText('Sending…').waitFor();
    await page.clock.fastForward(11_000);
    await customer.until('message.sent', ({ text }) => text === 'Into the void');
    await page.getByText('Sending…').waitFor({ state: 'detached' });
    expect(repliesIn(customer.facts)).toEqual(['Into the void']);
    expect(line.count).toBe(2);
  });

  test('[D1] a reply whose answer got lost is sent again under its cid, and said once', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const { page, line } = await consoleIn(customer, site);
    line.drops.fromServer = all;
    await reply(page, 'Only once');
    await customer.until('message.sent', ({ text }) => text === 'Only once');
    await page.clock.fastForward(11_000);
    await page.getByRole('log').getByText('Only once').waitFor();
    await page.getByText('Sending…').waitFor({ state: 'detached' });
    await reply(page, 'and then');
    await customer.until('message.sent', ({ text }) => text === 'and then');
    expect(repliesIn(customer.facts)).toEqual(['Only once', 'and then']);
  });
});

describe('[D5] news that got lost on a line that is fine', () => {
  test('the open conversation heals by the head', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const { page, line } = await consoleIn(customer, site);
    let dropped = 0;
    line.drops.fromServer = (packet) => packet.includes('"facts"') && ++dropped > 0;
    await customer.send('message:send', { text: 'Lost on the way' });
    await eventually(() => dropped).toBeGreaterThan(0);
    line.drops.fromServer = none;
    const { store, app } = consoles.server;
    for (const head of await store.conversations.heads([customer.conversationId])) {
      app.realtime.desk.to(rooms.conversation(head.conversationId)).emit('head', head);
    }
    await page.getByRole('log').getByText('Lost on the way').waitFor();
    expect(line.count).toBe(1);
  });

  test('the desk heals by asking for the whole list', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, topUp);
    const { page, line } = await consoleIn(customer, site);
    let dropped = 0;
    line.drops.fromServer = (packet) => packet.includes('"summaries"') && ++dropped > 0;
    const missed = await consoles.customerWith(site, declined);
    await eventually(() => dropped).toBeGreaterThan(0);
    expect(await row(page, missed).count()).toBe(0);
    // In real time: a clock that jumps would end the connection, which would heal the desk as well.
    await row(page, missed).waitFor({ timeout: 45_000 });
    await eventually(() => page.title()).toBe('(1) Handrail');
    expect(line.count).toBe(1);
  });
});

test('[D8] without any socket an agent accepts, replies, notes, hands back and resolves over plain HTTP', async () => {
  const site = await consoles.newSite();
  const customer = await consoles.customerWith(site, topUp);
  const other = await consoles.customerWith(site, fee);
  consoles.expectFault(/WebSocket|ERR_FAILED/);
  const page = await consoles.newPage();
  await page.routeWebSocket(/v1\/socket/, (browserSide) => browserSide.close());
  await page.route(/v1\/socket/, (route) => route.abort());
  await page.goto(await consoles.signInLink(await consoles.newAgent(site, 'Ana')));
  await page.getByText('No live connection. What you do still goes through').waitFor({ timeout: 20_000 });
  await row(page, customer).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByLabel('Reply to the customer').waitFor();
  await isTheirs(page);
  await reply(page, 'Over plain HTTP');
  await customer.until('message.sent', ({ text }) => text === 'Over plain HTTP');
  await customer.send('message:send', { text: 'I read you' });
  await page.getByRole('log').getByText('I read you').waitFor();
  await page.getByRole('button', { name: /^Hand back/ }).click();
  await page.keyboard.type('nothing more to do');
  await page.keyboard.press('Enter');
  expect((await customer.until('handoff.returned')).decision).toBe('nothing more to do');
  await row(page, other).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('button', { name: /^Resolve/ }).click();
  await page.getByText("Is the customer's question solved?").waitFor();
  await page.keyboard.press('Enter');
  expect((await other.until('conversation.resolved')).outcome).toBe('solved');
  expect(repliesIn(customer.facts)).toEqual(['Over plain HTTP']);
});

test('a network that takes no WebSockets is served by polling', async () => {
  const site = await consoles.newSite();
  const customer = await consoles.customerWith(site, topUp);
  consoles.expectFault(/WebSocket/);
  const page = await consoles.newPage();
  await page.routeWebSocket(/v1\/socket/, (browserSide) => browserSide.close());
  await page.goto(await consoles.signInLink(await consoles.newAgent(site, 'Ana')));
  // A proxy that ends them without a word is found out by the time that a connection may take.
  await row(page, customer).click({ timeout: 30_000 });
  await availability(page).and(page.locator(':enabled')).waitFor({ timeout: 30_000 });
  await page.keyboard.press('a');
  await reply(page, 'By polling');
  await customer.until('message.sent', ({ text }) => text === 'By polling');
  expect(await page.getByText('No live connection').count()).toBe(0);
});

test('[D9] a farewell says when to come back: not before, and once', async () => {
  const site = await consoles.newSite();
  const customer = await consoles.customerWith(site, topUp);
  const { page, line } = await consoleIn(customer, site);
  const { desk } = consoles.server.app.realtime;
  desk.to(rooms.site(site.id)).emit('server:bye', { retryAfterMs: 60_000 });
  desk.in(rooms.site(site.id)).disconnectSockets(true);
  await page.getByText('Connection lost. Trying again…').waitFor();
  await page.clock.fastForward(40_000);
  expect(line.count).toBe(1);
  await page.clock.fastForward(25_000);
  await eventually(() => line.count).toBe(2);
  await page.getByText('Connection lost. Trying again…').waitFor({ state: 'detached' });
  await reply(page, 'Back again');
  await customer.until('message.sent', ({ text }) => text === 'Back again');
  await page.clock.fastForward(70_000);
  await reply(page, 'and still here');
  await customer.until('message.sent', ({ text }) => text === 'and still here');
});

test('a page in the back-forward cache holds no socket; back from it, it has what it missed', async () => {
  const site = await consoles.newSite();
  const customer = await consoles.customerWith(site, topUp);
  const { page } = await consoleIn(customer, site);
  consoles.expectFault(/404/);
  const sockets = () => consoles.server.app.realtime.desk.sockets.size;
  expect(sockets()).toBe(1);
  await page.goto(`${consoles.server.url}/healthz`);
  await eventually(sockets).toBe(0);
  await customer.send('message:send', { text: 'Said while you were away' });
  await page.goBack({ waitUntil: 'commit' });
  await page.getByRole('log').getByText('Said while you were away').waitFor();
  expect(sockets()).toBe(1);
});
