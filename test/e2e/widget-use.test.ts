import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { desktop } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import type { Harness } from '../support/widget-harness.ts';
import { startWidgetVisits, type Visit, type WidgetVisits } from '../support/widget-visit.ts';

declare const harness: Harness;

let visits: WidgetVisits;
let visit: Visit;
let page: Page;
beforeAll(async () => {
  visits = await startWidgetVisits();
  // One page for all: every test shows its state in a new element.
  visit = await visits.open(desktop);
  page = visit.page;
});
afterEach(() => expect(visit.faults).toEqual([]));
afterAll(() => visits.close());

const composer = () => page.getByRole('textbox', { name: 'Your message' });
const announced = () => page.locator('.panel > [role=status]').textContent();

test('a thumb is sent at once, its reasons with Send, and both can be taken back', async () => {
  await visit.show('answered');
  const bad = page.getByRole('button', { name: 'Bad answer' });
  await bad.click();
  expect(await visit.calls('giveFeedback')).toEqual([
    ['giveFeedback', { turn: 1, verdict: 'down', reasons: [], comment: '' }],
  ]);
  await page.getByRole('button', { name: 'Wrong', exact: true }).click();
  await page.getByRole('button', { name: 'Outdated' }).click();
  await page.getByRole('button', { name: 'Wrong', exact: true }).click();
  await page.getByRole('textbox', { name: 'What would have been right? (optional)' }).fill(' 0.4 % ');
  await page.getByLabel("Don't train AI on it").check();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  expect((await visit.calls('giveFeedback')).at(-1)).toEqual([
    'giveFeedback',
    {
      turn: 1,
      verdict: 'down',
      reasons: ['outdated'],
      comment: '',
      rightAnswer: '0.4 %',
      doNotTrain: true,
    },
  ]);
  await page.getByText('Thank you. A person reads this.').waitFor();
  expect(await bad.getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Say more' }).click();
  expect(await page.getByRole('button', { name: 'Outdated' }).getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Not now' }).click();
  await bad.click();
  expect((await visit.calls('giveFeedback')).at(-1)).toEqual([
    'giveFeedback',
    { turn: 1, verdict: 'none', reasons: [], comment: '' },
  ]);
  expect(await bad.getAttribute('aria-pressed')).toBe('false');
});

test('after a good answer the customer can say that it is solved', async () => {
  await visit.show('thumbs-up');
  await page.getByRole('button', { name: 'This is solved' }).click();
  expect(await visit.calls('resolve')).toEqual([['resolve', 'solved']]);
});

test('a failed answer can be tried again, or a person asked for', async () => {
  await visit.show('failed');
  await page.getByRole('log').getByRole('button', { name: 'Talk to a human' }).click();
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(await visit.calls('requestHuman', 'retryAnswer')).toEqual([['requestHuman'], ['retryAnswer', 1]]);
});

test('what was not sent can be sent again or discarded', async () => {
  await visit.show('send-failed');
  await page.getByRole('log').getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('log').getByRole('button', { name: 'Discard' }).click();
  expect((await visit.calls('retrySend', 'discard')).map(([name]) => name)).toEqual(['retrySend', 'discard']);
  expect(await page.getByText('And what about a transfer').count()).toBe(0);
});

test('a press that can do nothing leads to the reason', async () => {
  await visit.show('version-mismatch');
  await page.locator('.rail button').click();
  await eventually(visit.focused).toBe('notice fail');
  expect(await visit.calls('requestHuman')).toEqual([]);
  expect(await page.getByRole('button', { name: 'Reload' }).isVisible()).toBe(true);
});

test('streaming text grows in place and is drawn anew only if it was another', async () => {
  await visit.show('streaming');
  const first = await page.locator('.md.live > p').first().elementHandle();
  const grow = (text: string, isDone: boolean) =>
    page.evaluate(
      ([words, isOver]) => {
        const { transcript } = harness.chat.state;
        const items = transcript.value.items.map((item) =>
          item.kind === 'answer' && item.turn === 2
            ? { ...item, text: words, state: isOver ? ('answered' as const) : item.state }
            : item,
        );
        transcript.value = { ...transcript.value, items };
      },
      [text, isDone] as const,
    );
  const start = 'You change it in the app:\n\n- Open **Card**\n- Tap **Security**, then **Change P';
  await grow(`${start}IN**`, false);
  await eventually(() => page.locator('.md.live').textContent()).toContain('Change PIN');
  expect(await first?.evaluate((node) => node.isConnected)).toBe(true);
  await grow('Ask in the app.', true);
  await eventually(() => page.locator('.md').last().textContent()).toBe('Ask in the app.');
  expect(await first?.evaluate((node) => node.isConnected)).toBe(false);
});

test('only what a browser may follow becomes a link', async () => {
  await page.evaluate(() => harness.show('first-sight'));
  await page.evaluate(() => {
    const bot = { kind: 'bot' } as const;
    harness.chat.state.transcript.value = harness.transcriptOf([
      { type: 'message.sent', cid: crypto.randomUUID(), text: '<img src=x onerror=alert(1)>' },
      { type: 'answer.started', turn: 1, question: 1, by: bot },
      {
        type: 'answer.ended',
        turn: 1,
        outcome: 'answered',
        text: '[a](javascript:alert(1)) <b>bold</b>',
        sources: [
          { title: 'Bad', url: 'javascript:alert(1)' },
          { title: 'Post', url: 'mailto:a@b.example' },
          { title: 'Good', url: 'https://help.example/a' },
        ],
        failure: null,
        by: bot,
      },
    ]);
  });
  await page.getByRole('link', { name: 'Good' }).waitFor();
  const links = await page
    .locator('.answer a')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(links).toEqual(['https://help.example/a']);
  expect(await page.locator('.rows img, .rows b').count()).toBe(0);
});

test('a web address that a person writes becomes a link, and nothing else does', async () => {
  await visit.show('first-sight');
  await page.evaluate(() => {
    const by = { kind: 'agent', id: 'agent-ana', name: 'Ana' } as const;
    const text =
      'See https://help.example/a_(b)?c=d. Or (https://bank.example@evil.example) javascript:alert(1) <b>x</b>';
    harness.chat.state.transcript.value = harness.transcriptOf([
      { type: 'message.sent', cid: crypto.randomUUID(), text, by },
    ]);
  });
  const words = page.locator('.person .words');
  await words.waitFor();
  expect(await words.textContent()).toContain('javascript:alert(1) <b>x</b>');
  const links = await words
    .locator('a')
    .evaluateAll((all) =>
      all.map((link) => [link.getAttribute('href'), link.textContent, link.getAttribute('rel')]),
    );
  expect(links).toEqual([
    ['https://help.example/a_(b)?c=d', 'https://help.example/a_(b)?c=d', 'noopener noreferrer nofollow ugc'],
  ]);
});

test('the view follows at its end, and elsewhere says that there is something new', async () => {
  await visit.show('human');
  const log = page.getByRole('log');
  const isAtEnd = () => log.evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight < 2);
  const say = (text: string) =>
    page.evaluate((words) => {
      const { transcript } = harness.chat.state;
      const { items, seq } = transcript.value;
      const by = { kind: 'agent', id: 'agent-ana', name: 'Ana' } as const;
      const message = {
        kind: 'message',
        seq: seq + 1,
        at: Date.now(),
        by,
        text: words,
        cid: words,
      } as const;
      transcript.value = { ...transcript.value, seq: seq + 1, items: [...items, message] };
    }, text);
  await eventually(isAtEnd).toBe(true);
  await say('One more thing.');
  await log.getByText('One more thing.').waitFor();
  await eventually(isAtEnd).toBe(true);
  // Until the widget has heard of it, which listened first: before that it follows, as it should.
  await log.evaluate(
    (view) =>
      new Promise<void>((resolve) => {
        view.addEventListener('scroll', () => resolve(), { once: true });
        view.scrollTop = 0;
      }),
  );
  expect(await isAtEnd()).toBe(false);
  await say('And another.');
  await page.getByRole('button', { name: 'New messages' }).click();
  await eventually(isAtEnd).toBe(true);
  await eventually(() => page.getByRole('button', { name: 'New messages' }).count()).toBe(0);
});

test('screen readers hear news once and whole, and no history', async () => {
  await visit.show('human-typing');
  expect(await announced()).toBe('');
  await page.evaluate(() => {
    const { transcript } = harness.chat.state;
    const { items, seq } = transcript.value;
    const unsaid = { sources: [], failure: null, replies: [], feedback: null };
    const long = `First sentence. ${'word '.repeat(150)}`;
    const answer = { kind: 'answer', at: Date.now(), turn: 9, question: 1, ...unsaid } as const;
    transcript.value = {
      ...transcript.value,
      items: [...items, { ...answer, seq: seq + 1, state: 'pending', text: '' }],
    };
    Object.assign(window, {
      end: () => {
        transcript.value = {
          ...transcript.value,
          items: [...items, { ...answer, seq: seq + 1, state: 'answered', text: long }],
        };
      },
    });
  });
  await eventually(announced).toBe('Assistant is answering');
  await page.evaluate(() => (window as unknown as { end(): void }).end());
  await eventually(announced).toBe('Assistant: First sentence. 150 more words in the conversation.');
  expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off');
});

test('about the assistant: the conversation can be ended or forgotten, each after a question', async () => {
  await visit.show('about');
  expect(await page.evaluate(() => localStorage.getItem('handrail-open-conversation:pk_demo'))).toBe('1');
  await page.getByRole('button', { name: 'Forget this chat on this device' }).click();
  expect(await visit.calls('forget')).toEqual([]);
  await page.getByRole('button', { name: 'Forget it' }).click();
  expect(await visit.calls('forget')).toHaveLength(1);
  // Else the next page would load the chat, and find nothing.
  expect(await page.evaluate(() => localStorage.getItem('handrail-open-conversation:pk_demo'))).toBeNull();
  await page.getByRole('button', { name: 'About this assistant' }).click();
  await page.getByRole('button', { name: 'End this conversation' }).click();
  await page.getByRole('button', { name: 'No, just end it' }).click();
  expect(await visit.calls('resolve')).toEqual([['resolve', 'unsolved']]);
  await page.getByRole('button', { name: 'About this assistant' }).click();
  await page.keyboard.press('Escape');
  await composer().waitFor();
});

test('a silent bot is admitted after eight seconds, with the way to a person', async () => {
  const { page, calls, faults, end } = await visits.open(desktop);
  await page.clock.install();
  await page.evaluate(() => void harness.show('thinking'));
  await page.locator('.pending').waitFor();
  await page.clock.runFor(8_100);
  await page.getByText('Still working on it…').waitFor();
  expect(await page.locator('.rail .late').count()).toBe(1);
  await page.getByRole('log').getByRole('button', { name: 'Talk to a human' }).click();
  expect(await calls('requestHuman')).toHaveLength(1);
  expect(faults).toEqual([]);
  await end();
});
