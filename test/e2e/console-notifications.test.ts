import type { Browser, BrowserContext, Page, Worker } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import { connectCustomer, type TestCustomer } from '../support/clients.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { eventually } from '../support/eventually.ts';
import { createDevice, type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let push: Receiver;
let server: TestServer;
let browser: Browser;
const open: { close(): unknown }[] = [];
const faults: string[][] = [];

beforeAll(async () => {
  [push, browser] = await Promise.all([startReceiver(), launchChromium()]);
  server = await startTestServer(inject('postgresUrl'), { pushServices: [push.origin] });
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  expect(faults.splice(0).flat()).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await push?.close();
});

/** A signed-in console; Chromium has no push service here, so its side of one is played by ours. */
async function consoleWith(permission: 'granted' | 'denied' | 'ask', service: 'works' | 'fails' = 'works') {
  const site = await server.addSite({ kind: 'page' }, { title: 'Northcard help' });
  const agent = await server.store.agents.add({
    name: 'Ana',
    email: `${crypto.randomUUID()}@northcard.example`,
    siteIds: [site.id],
  });
  const context = await browser.newContext(desktop);
  open.push(context);
  if (permission === 'granted') await context.grantPermissions(['notifications'], { origin: server.url });
  const device = createDevice(push.origin);
  await context.addInitScript(
    ({ subscription, permission, service }) => {
      let isSubscribed = false;
      const fake = (options?: PushSubscriptionOptionsInit) => ({
        endpoint: subscription.endpoint,
        options,
        toJSON: () => subscription,
        unsubscribe: async () => {
          isSubscribed = false;
          return true;
        },
      });
      let last: ReturnType<typeof fake> | null = null;
      PushManager.prototype.getSubscription = async () =>
        (isSubscribed ? last : null) as unknown as PushSubscription | null;
      PushManager.prototype.subscribe = async (options) => {
        if (service === 'fails') throw new DOMException('push service not available', 'AbortError');
        isSubscribed = true;
        last = fake(options);
        return last as unknown as PushSubscription;
      };
      if (permission === 'denied') {
        Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
      }
    },
    { subscription: device.subscription, permission, service },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  faults.push(watchForFaults(page));
  await page.goto(await server.app.identity.signInLink(agent.email, server.url));
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'New handoffs' }).waitFor();
  const { pathname } = new URL(device.subscription.endpoint);
  return {
    page,
    context,
    site,
    agent,
    device,
    pushes: () => push.received.filter(({ path }) => path === pathname).map(({ body }) => device.read(body)),
  };
}

const toggle = (page: Page) => page.getByRole('checkbox', { name: 'Notify me on this device' });

async function waiting(siteKey: string, text: string): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, siteKey);
  open.push(customer);
  await customer.send('message:send', { text });
  await customer.send('handoff:request', {});
  return customer;
}

/**
 * Gives the service worker what a push service would bring it, decrypted by the browser. On a busy machine Chromium may
 * lose one: a test that waits for what it shows delivers again, which shows the same (one tag, one notification).
 */
async function deliver(context: BrowserContext, page: Page, message: unknown): Promise<Worker> {
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  const session = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first !== undefined) resolve(first.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.deliverPushMessage', {
    origin: server.url,
    registrationId: await registered,
    data: JSON.stringify(message),
  });
  await session.detach();
  return worker;
}

const shown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const all = await registration.getNotifications();
    return all.map(({ title, body, tag }) => ({ title, body, tag }));
  });

const clearShown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    for (const notification of await registration.getNotifications()) notification.close();
  });

const look = (page: Page, name: string) =>
  lookAtConsole(page, `notify-${name}`, page.getByRole('heading', { name: 'New handoffs' }));

describe('an agent who switches notifications on', () => {
  test('is told of a customer who waits, on a device whose page looks elsewhere, and lands in the conversation', async () => {
    const { page, context, site, agent, pushes } = await consoleWith('granted');
    expect(await toggle(page).isChecked()).toBe(false);
    await look(page, 'off');
    await toggle(page).check();
    await page.getByRole('button', { name: 'Send me a test' }).click();
    await page.getByText('Sent. If it does not appear').waitFor();
    expect(pushes()).toMatchObject([{ tag: 'test', body: 'Notifications reach this device.' }]);
    await look(page, 'on');

    const customer = await waiting(site.key, 'Where is my card?');
    await eventually(() => pushes().length).toBe(2);
    const message = pushes()[1];
    expect(message).toMatchObject({ tag: customer.conversationId, body: 'Where is my card?' });

    // Whoever looks at the console needs no notification.
    const pushed = { ...message, url: `https://evil.example${urlOf(message)}` };
    const worker = await deliver(context, page, pushed);
    await eventually(async () => {
      await deliver(context, page, { ...pushed, tag: 'test', title: 'The next one' });
      return shown(page);
    }).toMatchObject([{ tag: 'test' }]);
    await clearShown(page);

    const other = await context.newPage();
    await other.goto(`${server.url}/demo/`);
    await other.bringToFront();
    // Else every page of a test believes that it has the focus.
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
    await eventually(async () => {
      await deliver(context, page, pushed);
      return shown(page);
    }).toEqual([
      {
        title: 'A customer waits at Northcard help',
        body: 'Where is my card?',
        tag: customer.conversationId,
      },
    ]);
    await worker.evaluate(async () => {
      const scope = self as unknown as { registration: ServiceWorkerRegistration };
      const [notification] = await scope.registration.getNotifications();
      const event = new Event('notificationclick');
      Object.assign(event, { notification, waitUntil: () => undefined });
      self.dispatchEvent(event);
    });
    await page.waitForURL(`**/console/c/${customer.conversationId}`);
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    await eventually(() => shown(page)).toEqual([]);

    await page.getByRole('link', { name: 'Settings' }).click();
    await toggle(page).uncheck();
    await page.getByText('shows up here even when this page is closed').waitFor();
    expect(await server.store.notifications.subscriptions([agent.id])).toEqual([]);
  });

  test('finds it on after a reload, and it ends with signing out', async () => {
    const { page, agent } = await consoleWith('granted');
    const devices = async () => (await server.store.notifications.subscriptions([agent.id])).length;
    await toggle(page).check();
    await page.getByRole('button', { name: 'Send me a test' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Send me a test' }).waitFor();
    expect(await toggle(page).isChecked()).toBe(true);
    expect(await devices()).toBe(1);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await eventually(devices).toBe(0);
  });

  test('is not asked for permission before they click', async () => {
    const { page } = await consoleWith('ask');
    expect(await page.evaluate(() => Notification.permission)).not.toBe('granted');
    expect(await page.evaluate(() => navigator.serviceWorker.getRegistration())).toBeUndefined();
  });
});

test('where the browser blocks notifications the page says so, and how to allow them', async () => {
  const { page } = await consoleWith('denied');
  await page.getByText('Notifications are blocked for this page.').waitFor();
  expect(await toggle(page).isDisabled()).toBe(true);
  await look(page, 'blocked');
});

test('where the push service does not answer the page says what that means', async () => {
  const { page, agent } = await consoleWith('granted', 'fails');
  await toggle(page).click();
  await page.getByText('It could not be switched on').waitFor();
  expect(await toggle(page).isChecked()).toBe(false);
  expect(await server.store.notifications.subscriptions([agent.id])).toEqual([]);
  await look(page, 'failed');
});

const urlOf = (message: Record<string, unknown> | undefined) => new URL(String(message?.url)).pathname;
