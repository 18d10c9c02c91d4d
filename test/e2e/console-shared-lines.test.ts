import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Consoles, row, startConsoles } from '../console/consoles.ts';
import { connectCustomer } from '../support/clients.ts';
import { lookAtConsole } from '../support/console-look.ts';

const hostile = '<img src=x onerror="document.title=1"> **bold** [click](javascript:alert(1))';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

test('what a page’s own chat shared is folded, in its order, plain text, and reached by keyboard', async () => {
  const site = await consoles.newSite();
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  const customer = await connectCustomer(consoles.server.url, site.key);
  consoles.closeLater(customer);
  const minuteMs = 60_000;
  const said = Date.now() - 5 * minuteMs;
  const lines = [
    { author: 'customer', text: 'My card was declined in Lisbon.', at: said },
    { author: 'bot', text: `Please try again later.\n${hostile}`, at: said + minuteMs },
    // A page whose clock is wrong, and one that knows no time.
    { author: 'customer', text: 'I did, three times.', at: 8_640_000_000_000_000 },
    { author: 'bot', text: 'I am sorry.' },
    { author: 'customer', text: 'A person, please.' },
  ] as const;
  expect(await customer.send('transcript:share', { lines: [...lines] })).toMatchObject({ ok: true });
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  // The page's words are all that is known: they name the conversation.
  await row(page, customer).getByText('A person, please.').first().waitFor();
  await row(page, customer).click();

  const shared = page.locator('details.shared');
  const first = shared.getByText('My card was declined in Lisbon.');
  await shared.waitFor();
  expect(await first.isVisible(), 'folded').toBe(false);
  await shared.locator('summary').focus();
  await page.keyboard.press('Enter');
  await first.waitFor();
  expect(await shared.locator('li b').allTextContents()).toEqual([
    'Customer',
    'Bot',
    'Customer',
    'Bot',
    'Customer',
  ]);
  const iso = (at: number) => new Date(at).toISOString();
  expect(
    await shared
      .locator('li')
      .evaluateAll((items) => items.map((item) => item.querySelector('time')?.dateTime)),
    'a time that can be true, or none',
  ).toEqual([iso(said), iso(said + minuteMs), undefined, undefined, undefined]);
  expect(await shared.locator('li p').allTextContents()).toEqual(lines.map(({ text }) => text));
  expect(await shared.locator('img, a, strong').count(), 'a page can claim anything').toBe(0);
  expect(await page.title()).toContain('Handrail');
  const list = shared.getByRole('list', { name: 'Lines shared by the page' });
  await page.keyboard.press('Tab');
  expect(await list.evaluate((one) => one.matches(':focus')), 'what scrolls is reached by keyboard').toBe(
    true,
  );
  await lookAtConsole(page, 'shared-lines');
});
