import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
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

describe('beside a chat that the page has', () => {
  test('nothing is requested or kept until something is pressed', async () => {
    const page = await visits.openPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await askNora(page, 'Where is my new card?');
    await page.getByRole('button', { name: 'Bad answer' }).waitFor();
    expect(requests.filter((path) => !path.startsWith('/demo/'))).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(await page.locator('.launcher').count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('the button brings a person, who sees what was said, and who answers in the panel', async () => {
    const page = await visits.openPage();
    const topic = `Where is my new card ${Date.now()}?`;
    await askNora(page, topic);
    await talk(page).click();
    await log(page).getByText('What you wrote before was shared').waitFor();
    await log(page).getByText('Nobody is here right now', { exact: true }).waitFor();
    const agent = await visits.newAgent();
    const id = await agent.waiting(topic);
    await eventually(() => talk(page).textContent()).toContain('In line · 1st');
    await agent.watch(id);
    expect(await visits.sharedIn(id)).toEqual([
      { author: 'customer', text: topic, at: expect.any(Number) },
      { author: 'bot', text: 'A new card takes 5 working days.', at: expect.any(Number) },
    ]);
    expect(agent.facts[0]).toMatchObject({
      type: 'conversation.started',
      context: { page: { title: 'Northcard: ask Nora' } },
    });
    await agent.send('handoff:accept', id, {});
    await eventually(() => talk(page).textContent()).toContain('Ana · Support');
    await panel(page).getByRole('textbox').fill('Hello?');
    await page.keyboard.press('Enter');
    expect((await agent.until('message.sent')).text).toBe('Hello?');
    await agent.send('message:send', id, { text: 'I look after your card.' });
    await panel(page).getByRole('log').getByText('I look after your card.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(agent.facts.map(({ type }) => type)).not.toContain('answer.started');

    await page.reload();
    await log(page).getByText('I look after your card.').waitFor();
    await eventually(() => talk(page).textContent()).toContain('Ana · Support');
    await panel(page).getByRole('button', { name: 'Close chat' }).click();
    await page.locator('.launcher').getByRole('button', { name: 'Conversation' }).click();
    await log(page).getByText('I look after your card.').waitFor();

    await agent.send('handoff:return', id, { decision: 'a new card is sent' });
    await log(page)
      .getByText('Ana has left. What was decided: a new card is sent.', { exact: true })
      .waitFor();
    // What is written to the team goes to people, and to no bot.
    await panel(page).getByRole('textbox').fill('One more thing');
    await page.keyboard.press('Enter');
    await agent.until('handoff.requested', ({ reason }) => reason === 'bot_asked');
    await log(page).getByText('You wrote to our team, so we are asking for a person').waitFor();
    expect(await page.locator('.answer:visible').count()).toBe(0);
    await agent.send('conversation:resolve', id, { outcome: 'solved' });
  });

  test('asked again, only what is new is shared, and after the end a new conversation begins', async () => {
    const page = await visits.openPage();
    const topic = `What does it cost ${Date.now()}?`;
    await askNora(page, topic);
    await talk(page).click();
    const agent = await visits.newAgent();
    const id = await agent.waiting(topic);
    await agent.watch(id);
    await panel(page).getByRole('button', { name: 'Cancel: leave the line' }).click();
    await agent.until('handoff.cancelled');
    await panel(page).getByRole('button', { name: 'Close chat' }).click();
    await askNora(page, 'And a top-up?');
    await eventually(() => talk(page).textContent()).toBe('Talk to a human');
    await talk(page).click();
    const more = await agent.until('transcript.shared', ({ seq }) => seq > 3);
    expect(more.lines.map(({ text }) => text)).toEqual([
      'And a top-up?',
      expect.stringContaining('bank transfer'),
    ]);
    await agent.until('handoff.requested', ({ seq }) => seq > more.seq);
    await agent.send('conversation:resolve', id, { outcome: 'solved' });
    await eventually(() => talk(page).textContent()).toBe('Talk to a human');
    await panel(page).getByRole('button', { name: 'Close chat' }).click();
    await talk(page).click();
    // All of it once more, as nothing has been shared there; named by the last question.
    const again = await agent.waiting('And a top-up?');
    expect(again).not.toBe(id);
  });

  test('offline the wish is kept and said so; it arrives once there is a network', async () => {
    const page = await visits.openPage();
    const topic = `Where is my old card ${Date.now()}?`;
    await askNora(page, topic);
    await page.getByRole('button', { name: 'Good answer' }).click();
    await eventually(() => visits.feedbackOn([topic])).toHaveLength(1);
    await page.context().setOffline(true);
    await talk(page).click();
    await eventually(() => talk(page).textContent()).toBe("Asking once you're online");
    await panel(page).getByText("You're offline.").waitFor();
    await page.context().setOffline(false);
    const agent = await visits.newAgent();
    const id = await agent.waiting(topic);
    expect((await visits.sharedIn(id)).map(({ text }) => text)).toContain(topic);
    agent.close();
    await visits.expectFaults(/ERR_INTERNET_DISCONNECTED/);
  });

  test('when it cannot be loaded it says so, and a press tries again', async () => {
    const page = await visits.openPage();
    await page.route('**/assets/**', (route) => route.abort());
    await talk(page).click();
    await page.locator('#person').getByText('The chat could not be loaded. Try again.').waitFor();
    expect(await talk(page).textContent()).toBe('Talk to a human');
    await page.unroute('**/assets/**');
    await talk(page).click();
    await panel(page).waitFor();
    await visits.expectFaults(/ERR_FAILED/);
  });

  test('by keyboard: the button opens, Escape closes and gives the focus back', async () => {
    const page = await visits.openPage();
    await talk(page).focus();
    await page.keyboard.press('Enter');
    await eventually(() =>
      panel(page)
        .getByRole('textbox')
        .evaluate((box) => box.matches(':focus')),
    ).toBe(true);
    expect(await talk(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Escape');
    await eventually(() => talk(page).evaluate((button) => button.matches(':focus'))).toBe(true);
    expect(await talk(page).getAttribute('aria-expanded')).toBe('false');
  });

  test.each([
    ['phone', { ...phone, colorScheme: 'light' as const }],
    ['phone in the dark', { ...phone, colorScheme: 'dark' as const }],
    ['desktop in the dark', { ...desktop, colorScheme: 'dark' as const }],
  ])('on a %s', async (_name, options) => {
    const page = await visits.openPage(options);
    await askNora(page, 'What is the fee?');
    await page.getByRole('button', { name: 'Bad answer' }).click();
    await page.getByRole('button', { name: 'Outdated' }).click();
    expect(await axeFindings(page)).toEqual([]);
    await talk(page).click();
    await log(page).getByText('What you wrote before was shared').waitFor();
    await log(page).getByText('Nobody is here right now', { exact: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await panel(page).getByRole('button', { name: 'Close chat' }).click();
    await page.locator('.launcher').getByRole('button', { name: 'Conversation' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});
