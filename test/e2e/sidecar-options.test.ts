import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Sidecar, SidecarOptions } from '../../widget/sidecar.ts';
import { inDatabase } from '../server/requests.ts';
import { axeFindings } from '../support/axe.ts';
import { desktop, phone } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import {
  askNora,
  log,
  panel,
  type SidecarVisits,
  startSidecarVisits,
  talk,
} from '../support/sidecar-visits.ts';

let visits: SidecarVisits;
beforeAll(async () => {
  visits = await startSidecarVisits(inject('postgresUrl'));
});
afterEach(() => visits.endTest());
afterAll(() => visits.close());

/** What a page that has a sidecar keeps of it. */
interface OwnWindow {
  readonly sidecar: Sidecar;
  readonly heard: string[];
}

/** A sidecar of the page's own beside the example's, on a site of its own. */
async function attach(page: Page, site: string, topic: string, options: Partial<SidecarOptions> = {}) {
  const module = await page.evaluateHandle<{ attach(options: SidecarOptions): Sidecar }>(
    "import('/sidecar.mjs')",
  );
  await page.evaluate(
    ({ module, server, site, topic, options }) => {
      const heard: string[] = [];
      const sidecar = module.attach({
        server,
        site,
        transcript: () => [{ author: 'customer', text: topic }],
        onHuman: (status) => heard.push(status),
        ...options,
      });
      sidecar.button.id = 'own';
      document.querySelector('main')?.append(sidecar.button);
      const answer = sidecar.feedback({ question: topic, answer: 'An answer of the page.' });
      answer.id = 'own-feedback';
      document.querySelector('main')?.append(answer);
      Object.assign(window, { sidecar, heard });
    },
    { module, server: visits.server.url, site, topic, options },
  );
}
const own = (page: Page) => page.locator('#own').getByRole('button');
const forget = (page: Page) => page.evaluate(() => (window as unknown as OwnWindow).sidecar.forget());
const status = (page: Page) => page.evaluate(() => (window as unknown as OwnWindow).sidecar.status);

describe('forget()', () => {
  /** What the browser holds of this site, wherever: names of keys, and what stands under them. */
  const kept = (page: Page, what: string) =>
    page.evaluate(
      (what) =>
        [localStorage, sessionStorage].flatMap((store) =>
          Object.entries(store).filter(([key, value]) => `${key} ${value}`.includes(what)),
        ),
      what,
    );

  test('takes the conversation, its words and what waits off this browser; who asks next is somebody else', async () => {
    const site = await visits.server.addSite({ kind: 'page' }, { key: 'pk_sidecar_forget' });
    const agent = await visits.newAgent((await visits.server.addAgent(site, 'Ben')).cookie);
    const topic = `A secret of the first customer ${Date.now()}`;
    const page = await visits.openPage();
    await attach(page, site.key, topic);
    await own(page).click();
    const first = await agent.waiting(topic);
    await agent.send('handoff:accept', first, {});
    await agent.send('message:send', first, { text: 'I have found your account 4711.' });
    await log(page).getByText('I have found your account 4711.').waitFor();
    // An opinion waits while a person is in.
    await panel(page).getByRole('button', { name: 'Close chat' }).click();
    await page.locator('#own-feedback').getByRole('button', { name: 'Bad answer' }).click();
    await eventually(async () => (await kept(page, topic)).length).toBeGreaterThan(0);

    await forget(page);
    await eventually(() => status(page)).toBe('none');
    await eventually(() => own(page).textContent()).toBe('Talk to a human');
    await eventually(() => kept(page, topic)).toEqual([]);
    await eventually(() => kept(page, first)).toEqual([]);
    // Not in the page either, where a screen reader would find it.
    await eventually(() => page.getByText('account 4711').count()).toBe(0);
    expect(
      await page
        .locator('#own-feedback')
        .getByRole('button', { name: 'Bad answer' })
        .getAttribute('aria-pressed'),
    ).toBe('false');

    // After a reload as well, and the next customer at this browser starts from nothing.
    await page.reload();
    const next = `What the next customer asks ${Date.now()}`;
    await attach(page, site.key, next);
    expect(await status(page)).toBe('none');
    await own(page).click();
    const second = await agent.waiting(next);
    expect(second).not.toBe(first);
    expect(await page.getByText('account 4711').count()).toBe(0);
    const people = await inDatabase(
      visits.server.databaseUrl,
      'select distinct customer_id from conversations where id = any($1)',
      [[first, second]],
    );
    expect(people, 'two customers').toHaveLength(2);
    await agent.send('conversation:resolve', first, { outcome: 'solved' });
    await agent.send('conversation:resolve', second, { outcome: 'solved' });
  });
});

describe('how it looks', () => {
  const theme = { accent: '#7a1fa2', person: '#0044cc', dark: { accent: '#ffcc66' } };

  test.each([
    ['desktop', { ...desktop, colorScheme: 'light' as const }],
    ['desktop in the dark', { ...desktop, colorScheme: 'dark' as const }],
    ['phone', { ...phone, colorScheme: 'light' as const }],
  ])('stands on the left, in the colours of the page, on a %s', async (name, options) => {
    const key = `pk_sidecar_look_${name.replaceAll(' ', '_')}`;
    await visits.server.addSite({ kind: 'page' }, { key });
    const page = await visits.openPage(options);
    await attach(page, key, 'Where is my card?', { position: 'left', theme });
    await own(page).click();
    await log(page).getByText('Nobody is here right now', { exact: true }).waitFor();
    const accent = await panel(page).evaluate((dialog) =>
      getComputedStyle(dialog).getPropertyValue('--accent'),
    );
    expect(accent.trim()).toBe(options.colorScheme === 'dark' ? theme.dark.accent : theme.accent);
    const beside = await page
      .locator('#own')
      .evaluate((host) =>
        getComputedStyle(host.shadowRoot?.querySelector('.talk') ?? host).getPropertyValue('--accent'),
      );
    expect(beside.trim(), 'the button beside the chat has them too').toBe(accent.trim());
    expect(await axeFindings(page)).toEqual([]);
    const width = page.viewportSize()?.width ?? 0;
    const box = await panel(page).boundingBox();
    expect(box?.x ?? width, 'at the left edge').toBeLessThan(32);
    await panel(page).getByRole('button', { name: 'Close chat' }).click();
    const launcher = page.locator('.launcher:visible').getByRole('button', { name: 'Conversation' });
    const small = await launcher.boundingBox();
    expect((small?.x ?? width) + (small?.width ?? 0), 'the small one, too').toBeLessThan(width / 2 + 40);
    expect(small?.x ?? width).toBeLessThan(32);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});

test('what cannot be shared is not dropped: it is said, and shared when tried again', async () => {
  const page = await visits.openPage();
  /** As a page or a network does that spoils what is sent: the server refuses it. */
  let isSpoilt = true;
  const spoil = (sent: string) =>
    isSpoilt ? sent.replaceAll('"author":"customer"', '"author":"nobody"') : sent;
  await page.route(/\/v1\/commands\/transcript/, (route) =>
    route.continue({ postData: spoil(route.request().postData() ?? '') }),
  );
  await page.routeWebSocket(/\/v1\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((sent) => server.send(typeof sent === 'string' ? spoil(sent) : sent));
  });
  await page.reload();
  const topic = `What does it cost ${Date.now()}?`;
  await askNora(page, topic);
  await talk(page).click();
  const notice = panel(page)
    .getByRole('alert')
    .filter({ hasText: 'Something you shared or clicked was not sent.' });
  await notice.waitFor();
  // The wish for a person is no hostage of it.
  await log(page).getByText('Nobody is here right now', { exact: true }).waitFor();
  expect(await log(page).getByText('What you wrote before was shared').count()).toBe(0);
  expect(await axeFindings(page)).toEqual([]);

  isSpoilt = false;
  await notice.getByRole('button', { name: 'Try again' }).click();
  await log(page).getByText('What you wrote before was shared').waitFor();
  await eventually(() => notice.count()).toBe(0);
  const agent = await visits.newAgent();
  const id = await agent.waiting(topic);
  expect((await visits.sharedIn(id)).map(({ text }) => text)).toEqual([
    topic,
    expect.stringContaining('Paying is free'),
  ]);
  await agent.send('conversation:resolve', id, { outcome: 'solved' });
  await visits.expectFaults(/status of 400/);
});
