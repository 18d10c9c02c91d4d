import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Consoles, eventually, startConsoles } from '../console/consoles.ts';
import { address, fee, topUp } from '../console/northcard.ts';
import { axeFindings } from '../support/axe.ts';
import { addConversations } from '../support/many-conversations.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

/** The index is a moment behind what was said: here it is not waited for. */
async function allRead(): Promise<void> {
  const unread = await consoles.server.store.search.unread(null, 1_000);
  if (unread !== null) await consoles.server.store.search.read(unread.ids);
}

describe('the search view', () => {
  test('finds lines as one types, by keyboard alone, and opens the conversation at the line', async () => {
    const site = await consoles.newSite();
    const first = await consoles.customerWith(site, topUp);
    await consoles.customerWith(site, fee);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await page.keyboard.press('s');
    const box = page.getByRole('searchbox');
    await expect.poll(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByText('these words side by side').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    const hits = page.getByRole('list', { name: 'Found' }).getByRole('link');
    await allRead();
    await page.keyboard.type('my top');
    await page.getByText('1 line', { exact: true }).waitFor();
    expect(await page.locator('mark').allTextContents()).toEqual(['My', 'my top']);
    expect(new URL(page.url()).search).toBe('?q=my+top');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const found = page.locator('[data-seq].found');
    await found.getByText('My bank says complete').waitFor();
    expect(page.url()).toContain(`/console/c/${first.conversationId}?line=`);
    await page.goBack();
    await eventually(() => hits.count()).toBe(1);
    expect(await box.inputValue()).toBe('my top');

    await page.getByLabel('Said by').selectOption('Notes');
    await page.getByText('Nothing found for').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(() => hits.count()).toBe(1);
  });

  test('an answer to what was typed before is dropped; a failure says so and can be tried again', async () => {
    const site = await consoles.newSite();
    await consoles.customerWith(site, fee);
    await allRead();
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/v1/desk/search?q=sister*', async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${consoles.server.url}/console/search?q=sister`);
    await page.getByText('Searching…').waitFor();
    await page.getByRole('searchbox').fill('nobody says this');
    await page.getByText('Nothing found for').waitFor();
    release();
    consoles.expectFault(/503|Failed to load resource/);
    await page.route('**/v1/desk/search?q=charged*', (route) => route.fulfill({ status: 503, body: '' }));
    await page.getByRole('searchbox').fill('charged');
    await page.getByText('The search did not work').waitFor();
    await page.unroute('**/v1/desk/search?q=charged*');
    await eventually(async () => {
      const again = page.getByRole('button', { name: 'Try again' });
      if (await again.isVisible()) await again.click();
      return page.locator('mark').count();
    }).toBe(1);
  });
});

describe('the lists of the inbox', () => {
  test('10,000 conversations: few of them are in the page, and the keyboard goes through all', async () => {
    const site = await consoles.newSite();
    await addConversations(consoles.server, site, 10_000);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await page.getByRole('button', { name: 'All', exact: true }).click();
    const rows = page.locator('[data-row]');
    await page.getByText('Question 1 about', { exact: false }).first().waitFor();
    const scroller = page.locator('.windowed');
    // To the end, as far as has been loaded, until there is no more.
    for (let last = -1; ; ) {
      const height = await scroller.evaluate((element) => {
        element.scrollTop = element.scrollHeight;
        return element.scrollHeight;
      });
      expect(await rows.count()).toBeLessThan(100);
      if (height === last) break;
      last = height;
      if (height < 10_000 * 76) {
        await expect
          .poll(() => scroller.evaluate((element) => element.scrollHeight), { timeout: 10_000 })
          .toBeGreaterThan(height);
      }
    }
    await page.getByText('Question 10000 about', { exact: false }).first().waitFor();
    expect(await rows.count()).toBeLessThan(100);
    await scroller.evaluate((element) => {
      element.scrollTop = 0;
    });
    await page.getByText('Question 1 about', { exact: false }).first().waitFor();
    await rows.first().focus();
    for (let press = 0; press < 30; press += 1) await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await eventually(focused).toContain('Question 31 about');
    expect(await axeFindings(page)).toEqual([]);
  });

  test('V goes from list to list; the about panel tells what the customer asked before', async () => {
    const site = await consoles.newSite();
    const waiting = await consoles.customerWith(site, address);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    const pressed = () =>
      page.getByRole('group', { name: 'Lists' }).locator('[aria-pressed="true"]').textContent();
    expect(await pressed()).toBe('Queue 1');
    await page.keyboard.press('v');
    await page.getByText('You have no customer at the moment.').waitFor();
    await page.keyboard.press('v');
    await page.getByText('No colleague has a customer').waitFor();
    await page.keyboard.press('v');
    await page.locator(`[data-row="${waiting.conversationId}"]`).click();
    await page.getByText('This is their first.').waitFor();
  });
});

describe('the board', () => {
  test('shows who waits, who is there and what today has brought, and looks again by itself', async () => {
    const site = await consoles.newSite();
    await consoles.customerWith(site, fee);
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana', 'lead'));
    await page.keyboard.press('4');
    const figure = (name: string) => page.locator('.numbers div').filter({ hasText: name }).locator('dd');
    await eventually(() => figure('Waiting').textContent()).toBe('1');
    expect(await figure('Asked for a person').textContent()).toBe('1');
    await page.getByRole('row', { name: /Ana Online 0 of 4/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await consoles.customerWith(site, address);
    await eventually(() => figure('Waiting').textContent()).toBe('2');
  });
});
