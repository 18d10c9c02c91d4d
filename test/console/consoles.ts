import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { desktop, launchChromium, watchForFaults } from '../support/chromium.ts';
import type { TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { northcardBot, play, type Scene } from './northcard.ts';

/** Real consoles in real browsers, before a real server with Northcard's bot. */
export interface Consoles {
  readonly server: TestServer;
  /** A site of its own for each test, so that desks do not see each other's customers. */
  newSite(): Promise<Site>;
  /** A lead, unless another role is wanted: they can do all that the console has. */
  newAgent(site: Site, name: string, role?: Role): Promise<Agent>;
  signInLink(agent: Agent): Promise<string>;
  /** A page in a browser profile and at an address of its own, on a desktop unless said otherwise. */
  newPage(device?: BrowserContextOptions): Promise<Page>;
  /** A console signed in by a one-time link; `prepare` sees the page before it loads. */
  consoleOf(agent: Agent, prepare?: (page: Page) => Promise<unknown>): Promise<Page>;
  /** A customer who has played this scene. */
  customerWith(site: Site, scene: Scene): Promise<TestCustomer>;
  /** Ends with the test that runs. */
  closeLater(one: { close(): unknown }): void;
  /** What Chromium itself reports of a refused request or a cut line, and this test brings about on purpose. */
  expectFault(fault: RegExp): void;
  /** Closes what a test has opened, and fails it for faults that it did not expect. */
  endTest(): Promise<void>;
  close(): Promise<void>;
}

export async function startConsoles(postgresUrl: string): Promise<Consoles> {
  const [bot, server, browser]: [TestBot, TestServer, Browser] = await Promise.all([
    startTestBot(northcardBot),
    startTestServer(postgresUrl, { trustProxy: 1 }),
    launchChromium(),
  ]);
  const opened: { close(): unknown }[] = [];
  const expected: RegExp[] = [];
  const faultsOfPages: string[][] = [];
  let addresses = 0;

  const signInLink = (agent: Agent) => server.app.identity.signInLink(agent.email, server.url);

  const newPage = async (device = desktop) => {
    // Sign-ins are limited per address.
    addresses += 1;
    const extraHTTPHeaders = { 'x-forwarded-for': `198.51.100.${addresses}` };
    const context = await browser.newContext({ ...device, extraHTTPHeaders });
    opened.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    faultsOfPages.push(watchForFaults(page));
    return page;
  };

  return {
    server,
    signInLink,
    newPage,
    newSite: () =>
      server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' }, { title: 'Northcard help' }),
    newAgent: (site, name, role = 'lead') =>
      server.store.agents.add({
        name,
        email: `${name.toLowerCase()}-${crypto.randomUUID()}@northcard.example`,
        siteIds: [site.id],
        role,
      }),
    async consoleOf(agent, prepare = async () => {}) {
      const page = await newPage();
      await prepare(page);
      await page.goto(await signInLink(agent));
      await availability(page).and(page.locator(':enabled')).waitFor();
      return page;
    },
    async customerWith(site, scene) {
      const customer = await play(server, site.key, scene);
      opened.push(customer);
      return customer;
    },
    closeLater: (one) => opened.push(one),
    expectFault: (fault) => expected.push(fault),
    async endTest() {
      for (const one of opened.splice(0)) await one.close();
      const allowed = expected.splice(0);
      const faults = faultsOfPages.splice(0).flat();
      expect(faults.filter((fault) => !allowed.some((one) => one.test(fault)))).toEqual([]);
    },
    async close() {
      await browser.close();
      await server.close();
      await bot.close();
    },
  };
}

/** The reply box is there before the server has answered; what only the customer's own agent can do comes with it. */
export const isTheirs = (page: Page) => page.getByRole('button', { name: /^Hand back/ }).waitFor();

/** Looks again until it is so. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 10_000, interval: 50 });

export const availability = (page: Page) => page.getByRole('switch', { name: 'Available for new handoffs' });
export const group = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
export const row = (page: Page, customer: TestCustomer) =>
  page.locator(`[data-row="${customer.conversationId}"]`);
