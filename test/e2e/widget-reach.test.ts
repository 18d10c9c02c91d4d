import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Hours } from '../../server/domain/hours.ts';
import { defaultPromiseRules } from '../../server/domain/promises.ts';
import { defaultRouting } from '../../server/domain/routing.ts';
import { policyOf } from '../../server/domain/site-policy.ts';
import type { Site } from '../../server/store/sites.ts';
import { axeFindings } from '../support/axe.ts';
import { desktop, launchChromium, phone } from '../support/chromium.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bundle, bundleLoader, serveWidgetPage, type WidgetPage } from '../support/widget-page.ts';

const dayMs = 86_400_000;
let browser: Browser;
let server: TestServer;
let files: Map<string, string>;
const pages: WidgetPage[] = [];
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  server.mayBeSilent();
  files = new Map([...(await bundle('widget/attach.ts')), ...(await bundleLoader())]);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  for (const page of pages) await page.close();
  await server.close();
});

/** Closed today and tomorrow, whatever day it is; open at nine from the day after. */
function closedForNow(): Hours {
  const week = ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({ day, from: '09:00', to: '17:00' }));
  const holidays = [-1, 0, 1].map((days) => ({
    date: new Date(Date.now() + days * dayMs).toISOString().slice(0, 10),
    name: 'Closed for the test',
  }));
  return { zone: 'UTC', week, holidays };
}

async function opened(site: Site, options: Parameters<Browser['newContext']>[0]) {
  const page = await serveWidgetPage(
    files,
    (nonce) =>
      `<script async nonce="${nonce}" src="/handrail.js" data-site="${site.key}" data-server="${server.url}"></script>`,
    `${server.url} ${server.url.replace('http', 'ws')}`,
  );
  pages.push(page);
  // Contrast is that of what stands there, not of what fades in.
  const usual = { locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' } as const;
  const view = await (await browser.newContext({ ...options, ...usual })).newPage();
  await view.goto(page.url);
  await view.getByRole('button', { name: 'Ask' }).click();
  return view;
}

/** What the server knows of a site is read anew every few seconds. */
const told = ({ key }: Site, what: 'isOpen' | 'isAnyoneOnline', is: boolean) =>
  expect
    .poll(async () => (await (await fetch(`${server.url}/v1/sites/${key}/reachability`)).json())[what], {
      timeout: 20_000,
    })
    .toBe(is);

test('the button says when people answer before it is pressed; then the customer is promised an answer by a time', async () => {
  const site = await server.addSite({ kind: 'page' });
  await server.store.sites.setHours(site.id, { everyone: closedForNow(), teams: {} });
  await told(site, 'isOpen', false);
  const view = await opened(site, { ...desktop, colorScheme: 'light' });
  const way = view.getByRole('dialog').getByRole('button', { name: /^Talk to a human Back .*9:00$/ });
  await way.waitFor();
  expect(await axeFindings(view)).toEqual([]);
  await way.click();
  await view.getByText(/^We are not here right now\. You get an answer by .*11:00\.$/).waitFor();
  expect(await axeFindings(view)).toEqual([]);
});

test('who has asked about a matter of a team that is away is told when that team is back, though others are there', async () => {
  const site = await server.addSite(
    { kind: 'page' },
    {
      hours: { everyone: null, teams: { cards: closedForNow() } },
      policy: policyOf({ topics: [{ team: 'cards', words: ['card'] }] }),
    },
  );
  const ana = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  await told(site, 'isAnyoneOnline', true);
  const view = await opened(site, { ...desktop, colorScheme: 'dark' });
  const dialog = view.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Talk to a human', exact: true }).waitFor();
  await dialog.getByRole('textbox').fill('Where is my card?');
  await dialog.getByRole('textbox').press('Enter');
  await dialog.getByRole('button', { name: /^Talk to a human Back .*9:00$/ }).waitFor();
  expect(await axeFindings(view)).toEqual([]);
  ana.close();
});

test('with nobody here it says so; with somebody it does not; a person’s promise stands there with its time and its end', async () => {
  const site = await server.addSite({ kind: 'page' });
  const first = await opened(site, { ...phone, colorScheme: 'dark' });
  await first
    .getByRole('dialog')
    .getByRole('button', { name: 'Talk to a human Nobody is here right now' })
    .waitFor();
  expect(await axeFindings(first)).toEqual([]);

  const ana = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  await told(site, 'isAnyoneOnline', true);
  const view = await opened(site, { ...phone, colorScheme: 'light' });
  const way = view.getByRole('dialog').getByRole('button', { name: 'Talk to a human', exact: true });
  await way.waitFor();
  await way.click();
  await view.getByText('in line').first().waitFor();
  const [waiting] = await server.store.conversations.queue(site.id, Date.now());
  const id = waiting?.id ?? '';
  await ana.send('handoff:accept', id, {});
  const promise = { kind: 'follow_up', text: 'I check with billing', dueAt: Date.now() + dayMs } as const;
  await ana.send('promise:make', id, promise);
  const line = view.getByText(/^Ana promises by .*: I check with billing$/);
  await line.waitFor();
  expect(await axeFindings(view)).toEqual([]);
  const [open] = (await server.store.conversations.byIds([id]))[0]?.state.promises ?? [];
  await ana.send('promise:cancel', id, { promise: open?.promise ?? 0, why: 'It is solved.' });
  await view.getByText('That promise was taken back: It is solved.').waitFor();
  ana.close();
});

test('the button says what share of promises was kept, where the site wants it', async () => {
  const shows = { promises: { ...defaultPromiseRules, showsRate: true } };
  const [site, silent] = [
    await server.addSite({ kind: 'page' }, shows),
    await server.addSite({ kind: 'page' }),
  ];
  for (const { id, key } of [site, silent]) {
    const customer = await connectCustomer(server.url, key);
    await customer.send('message:send', { text: 'Hello' });
    const ended = Array.from({ length: 20 }, (_, at) => ({
      conversation_id: customer.conversationId,
      promise: 100 + at,
      site_id: id,
      kind: 'follow_up' as const,
      text: '',
      made_at: Date.now() - 1_000,
      due_at: Date.now() - 1_000,
      state: at % 5 === 0 ? ('missed' as const) : ('kept' as const),
      ended_at: Date.now(),
    }));
    await server.store.db.insertInto('promises').values(ended).execute();
    customer.close();
  }
  const view = await opened(site, { ...phone, colorScheme: 'light' });
  await view.getByRole('button', { name: /^Talk to a human .*80 % of promises kept$/ }).waitFor();
  expect(await axeFindings(view)).toEqual([]);
  const other = await opened(silent, desktop);
  await other.getByRole('button', { name: 'Talk to a human Nobody is here right now' }).waitFor();
});

test('whose agent vanishes after a word reads an apology, and is the first in line', async () => {
  const routing = { ...defaultRouting, mode: 'offer', answeredGraceMs: 0 } as const;
  const site = await server.addSite({ kind: 'page' }, { routing });
  const agent = await server.addAgent(site);
  const ana = await connectAgent(server.url, agent.cookie);
  await told(site, 'isAnyoneOnline', true);
  const view = await opened(site, { ...desktop, colorScheme: 'light' });
  await view.getByRole('dialog').getByRole('button', { name: 'Talk to a human', exact: true }).click();
  await expect
    .poll(async () => (await server.store.conversations.queue(site.id, Date.now())).length, {
      timeout: 10_000,
    })
    .toBe(1);
  const [waiting] = await server.store.conversations.queue(site.id, Date.now());
  const id = waiting?.id ?? '';
  await expect
    .poll(async () => (await ana.send('handoff:accept', id, {})).ok, { timeout: 10_000 })
    .toBe(true);
  await ana.send('message:send', id, { text: 'I look.' });
  await view.getByText('I look.', { exact: true }).waitFor();
  // Another who waits, and has had nobody yet.
  const other = await connectCustomer(server.url, site.key);
  await other.send('handoff:request', {});
  ana.close();
  await view.getByText("Ana had to go, sorry. You're in line for a colleague.").first().waitFor();
  const inLine = await server.store.conversations.queue(site.id, Date.now());
  expect(inLine.map((one) => one.id)).toEqual([id, other.conversationId]);
  expect(await axeFindings(view)).toEqual([]);
  other.close();
});
