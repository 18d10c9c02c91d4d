import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Sidecar, SidecarOptions } from '../../widget/sidecar.ts';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { askNora, log, type SidecarVisits, startSidecarVisits, talk } from '../support/sidecar-visits.ts';

let visits: SidecarVisits;
beforeAll(async () => {
  visits = await startSidecarVisits(inject('postgresUrl'));
});
afterEach(() => visits.endTest());
afterAll(() => visits.close());

describe("feedback on answers of the page's chat", () => {
  test('feedback arrives with question and answer, several in a row, and can be changed after a reload', async () => {
    const page = await visits.openPage();
    const questions = [
      `Which fee ${Date.now()}?`,
      `Where is the card ${Date.now()}?`,
      'When does my top-up come?',
    ];
    for (const question of questions) await askNora(page, question);
    const answers = page.locator('#said .bot', { has: page.getByRole('button', { name: 'Bad answer' }) });
    await answers.nth(0).getByRole('button', { name: 'Bad answer' }).click();
    await answers.nth(1).getByRole('button', { name: 'Good answer' }).click();
    await answers.nth(0).getByRole('button', { name: 'Outdated' }).click();
    await answers.nth(0).getByRole('textbox').first().fill('It is 3 % now');
    expect(await axeFindings(page)).toEqual([]);
    await answers.nth(0).getByRole('button', { name: 'Send' }).click();
    await answers.nth(0).getByText('Thank you. A person reads this.').waitFor();
    await eventually(() => visits.feedbackOn(questions)).toEqual([
      {
        question: questions[0],
        answer: expect.stringContaining('Paying is free'),
        verdict: 'down',
        reasons: ['outdated'],
        comment: 'It is 3 % now',
      },
      {
        question: questions[1],
        answer: 'A new card takes 5 working days.',
        verdict: 'up',
        reasons: [],
        comment: '',
      },
    ]);
    // Not a word of it is answered by any bot, and nobody was sent for.
    expect(await talk(page).textContent()).toBe('Talk to a human');
    expect(await page.locator('.launcher:visible').count()).toBe(0);

    await page.reload();
    const up = answers.nth(1).getByRole('button', { name: 'Good answer' });
    await eventually(() => up.getAttribute('aria-pressed')).toBe('true');
    await up.click();
    await eventually(() => visits.feedbackOn(questions)).toHaveLength(1);
  });

  test('feedback that is given while a person is in waits, and no word of it reaches them', async () => {
    const page = await visits.openPage();
    const topic = `Where is my first card ${Date.now()}?`;
    await askNora(page, topic);
    await talk(page).click();
    const agent = await visits.newAgent();
    const id = await agent.waiting(topic);
    await agent.watch(id);
    await agent.send('handoff:accept', id, {});
    await eventually(() => talk(page).textContent()).toContain('Ana');
    await page.getByRole('button', { name: 'Good answer' }).click();
    await page.getByText('Good to hear.').waitFor();
    await page.reload();
    await eventually(() =>
      page.getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed'),
    ).toBe('true');
    expect(await visits.feedbackOn([topic])).toEqual([]);
    await agent.send('handoff:return', id, { decision: '' });
    await eventually(() => visits.feedbackOn([topic])).toMatchObject([{ verdict: 'up' }]);

    // After the end as well: in a conversation of its own, and the old one stays closed.
    const { seq: before } = await agent.until('handoff.returned');
    await eventually(() => talk(page).textContent()).toBe('Talk to a human');
    await talk(page).click();
    await agent.until('handoff.requested', ({ seq }) => seq > before);
    await agent.send('conversation:resolve', id, { outcome: 'solved' });
    await eventually(() => talk(page).textContent()).toBe('Talk to a human');
    await askNora(page, `${topic} Or the second?`);
    await page.locator('#said .bot').last().getByRole('button', { name: 'Bad answer' }).click();
    await eventually(() => visits.feedbackOn([`${topic} Or the second?`])).toMatchObject([
      { verdict: 'down' },
    ]);
  });
});

describe('the page', () => {
  const own = async (options: Partial<SidecarOptions> = {}) => {
    const page = await visits.openPage();
    const module = await page.evaluateHandle<{ attach(options: SidecarOptions): Sidecar }>(
      "import('/sidecar.mjs')",
    );
    await page.evaluate(
      ({ module, server, given }) => {
        const heard: unknown[] = [];
        const sidecar = module.attach({
          server,
          site: 'pk_sidecar_own',
          transcript: () => [
            { author: 'customer', text: '<b>own</b> page' },
            { author: 'robot', text: 'no line' } as never,
            { author: 'bot', text: 'x'.repeat(5_000), at: 1.5 },
          ],
          onHuman: (status) => heard.push(status),
          ...given,
        });
        sidecar.on('message', (message) => heard.push(message));
        document.querySelector('main')?.append(sidecar.button);
        Object.assign(window, { sidecar, heard });
      },
      { module, server: visits.server.url, given: options },
    );
    return page;
  };
  const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);

  test('hears of every change, can say something, show what the person says, and take it all away', async () => {
    const site = await visits.server.addSite({ kind: 'page' }, { key: 'pk_sidecar_own' });
    const agentCookie = (await visits.server.addAgent(site, 'Ben')).cookie;
    const agent = await visits.newAgent(agentCookie);
    const page = await own();
    await page.evaluate(() => (window as unknown as { sidecar: Sidecar }).sidecar.say('Is somebody there?'));
    const id = await agent.waiting('<b>own</b> page');
    await agent.watch(id);
    expect(await visits.sharedIn(id)).toEqual([
      { author: 'customer', text: '<b>own</b> page' },
      { author: 'bot', text: `${'x'.repeat(3_999)}…` },
    ]);
    await agent.send('handoff:accept', id, {});
    await agent.send('message:send', id, { text: 'Yes, I am.' });
    await eventually(() => heard(page)).toMatchObject(
      expect.arrayContaining([
        'asked',
        'waiting',
        expect.objectContaining({ from: 'customer', name: null, text: 'Is somebody there?' }),
        'human',
        expect.objectContaining({ from: 'agent', name: 'Ben', text: 'Yes, I am.' }),
      ]) as never,
    );
    expect(await page.locator('dialog:visible').count()).toBe(0);
    await page.evaluate(() => (window as unknown as { sidecar: Sidecar }).sidecar.open());
    await log(page).getByText('Yes, I am.').waitFor();
    await page.evaluate(() => (window as unknown as { sidecar: Sidecar }).sidecar.destroy());
    expect(await page.locator('main > [color-scheme], body > [color-scheme]').count()).toBe(0);
    await agent.send('conversation:resolve', id, { outcome: 'solved' });
  });

  test('where the bot is not in the page there are no thumbs, and the developer is told why, once', async () => {
    await visits.server.addSite(
      { kind: 'http', url: visits.server.url, secret: 'a secret of the test' },
      { key: 'pk_sidecar_http' },
    );
    const page = await own({ site: 'pk_sidecar_http' });
    await page.evaluate(() => {
      const { sidecar } = window as unknown as { sidecar: Sidecar };
      for (const answer of ['A.', 'B.']) {
        const element = sidecar.feedback({ question: 'Q?', answer });
        element.classList.add('own-feedback');
        document.querySelector('main')?.append(element);
      }
      sidecar.open();
    });
    await eventually(() => page.locator('.own-feedback').count()).toBe(0);
    expect(await visits.expectFaults(/no thumbs under answers/)).toBe(1);
  });
});
