import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type DemoBot, prepareDemo, startDemoBot } from '../../server/demo.ts';
import { axeFindings } from '../support/axe.ts';
import { desktop, launchChromium, phone, watchForFaults } from '../support/chromium.ts';
import { downloadExport } from '../support/console-export.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const pictures = fileURLToPath(new URL('../screenshots/main-road/', import.meta.url));
const secret = 'the main road is signed';
const ownQuestions = ['How do I activate my card?', 'Why was I charged a fee?', 'Can I use it in Atlantis?'];
/** MAIN_ROAD_QUESTIONS names a CSV file with a column `text`: twelve of its questions are asked instead. */
const questions = questionsFrom(process.env.MAIN_ROAD_QUESTIONS);

function questionsFrom(file: string | undefined): readonly string[] {
  if (file === undefined) return ownQuestions;
  const rows: { text: string }[] = parse(readFileSync(file, 'utf8'), { columns: true });
  const step = Math.max(1, Math.floor(rows.length / 12));
  return rows
    .filter((_, index) => index % step === 0)
    .flatMap(({ text }) => text.trim())
    .slice(0, 12);
}

let browser: Browser;
let bot: DemoBot;
let server: TestServer;
let agentEmail: string;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  bot = await startDemoBot(secret);
  server = await startTestServer(inject('postgresUrl'), { sessionsPerMinute: 1_000 });
  agentEmail = (await prepareDemo(server.store, { url: bot.url, secret })).agent.email;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await bot?.stop();
});

/** The pages of one run: each in a browser context of its own, as on two machines. */
async function openPages(device: typeof phone, colorScheme: 'light' | 'dark') {
  const customer = await (await browser.newContext({ ...device, colorScheme, locale: 'en-GB' })).newPage();
  const agent = await (
    await browser.newContext({ ...desktop, colorScheme, acceptDownloads: true })
  ).newPage();
  const faults = [watchForFaults(customer), watchForFaults(agent)];
  await agent.goto(await server.app.identity.signInLink(agentEmail, server.url));
  await agent.getByRole('heading', { name: 'Inbox' }).waitFor({ state: 'attached' });
  await customer.goto(`${server.url}/demo/`);
  return {
    customer,
    agent,
    faults: () => faults.flat(),
    close: () => Promise.all([customer.context().close(), agent.context().close()]),
  };
}

describe('the main road, in two browsers', () => {
  test.each([
    // Each size and each scheme once: the states in all four are in widget-states and console-states.
    ['phone', 'dark', phone],
    ['desktop', 'light', desktop],
  ] as const)('on a %s, %s', async (deviceName, scheme, device) => {
    const { customer, agent, faults, close } = await openPages(device, scheme);
    const panel = customer.locator('hand-rail').getByRole('dialog');
    const picture = async (page: Page, step: string) => {
      // Finite animations are shown at their end: what a person looks at, not what passes by.
      const path = `${pictures}${step}-${deviceName}-${scheme}.png`;
      await page.screenshot({ path, animations: 'disabled' });
      const scope = page === customer ? 'hand-rail' : 'html';
      expect.soft(await axeFindings(page, scope), `axe at ${step}`).toEqual([]);
      if (page === customer)
        expect.soft(await isHumanPathInSight(), `the way to a person at ${step}`).toBe(true);
    };
    /** The pill in the panel's header, or the launcher's half while the panel is closed: wholly on the screen. */
    const isHumanPathInSight = async () => {
      const isOpen = await panel.isVisible();
      const path = customer.locator(isOpen ? 'hand-rail .rail .way' : 'hand-rail button.human').first();
      const box = await path.boundingBox();
      const { width = 0, height = 0 } = customer.viewportSize() ?? {};
      return (
        box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height
      );
    };
    const reads = (text: string) => panel.getByText(text).first().waitFor();
    const said = (page: Page, text: string) => page.getByText(text, { exact: false }).first().waitFor();

    // The customer asks three questions.
    await customer.getByRole('button', { name: 'Talk to a human' }).waitFor();
    await picture(customer, '01-closed');
    await customer.getByRole('button', { name: 'Ask', exact: true }).click();
    await reads("You're talking to an AI assistant");
    await picture(customer, '02-first-sight');
    const composer = panel.getByRole('textbox', { name: 'Your message' });
    for (const [index, question] of questions.entries()) {
      await composer.fill(question);
      await composer.press('Enter');
      await panel.getByRole('button', { name: 'Good answer' }).nth(index).waitFor();
    }
    await picture(customer, '03-answered');

    // One answer is wrong, and the customer says why.
    const comment = `Wrong for ${deviceName} ${scheme}, "quoted"; and\nmore`;
    await panel.getByRole('button', { name: 'Bad answer' }).nth(1).click();
    await panel.getByRole('button', { name: 'Wrong', exact: true }).click();
    await panel.getByRole('textbox', { name: 'What should we know?' }).fill(comment);
    await picture(customer, '04-feedback');
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await reads('Thank you. A person reads this.');

    // They ask for a person; the agent sees it at once and accepts.
    await panel.getByRole('button', { name: 'Talk to a human' }).first().click();
    await reads("You're next in line");
    await picture(customer, '05-waiting');
    const row = agent
      .getByRole('region', { name: 'Waiting' })
      .getByRole('link', { name: questions.at(-1) ?? '' });
    await row.click();
    await agent
      .getByText(comment.split('\n')[0] ?? '')
      .first()
      .waitFor();
    await picture(agent, '06-desk-waiting');
    await agent.getByRole('button', { name: /^Accept/ }).click();
    await reads('Ana joined. They can see the conversation so far.');

    // Both type, and each sees that the other does.
    const reply = agent.getByRole('textbox', { name: 'Reply to the customer' });
    await reply.pressSequentially('Hello, I am looking into it');
    await reads('Ana is writing');
    await composer.pressSequentially('Thank you');
    await agent
      .getByText(/is (typing|writing)/)
      .first()
      .waitFor();
    await picture(customer, '07-typing');
    await reply.press('Enter');
    await reads('Hello, I am looking into it');
    await composer.press('Enter');
    await said(agent, 'Thank you');
    await picture(customer, '08-with-a-person');

    // A note stays among agents; a reload loses nothing.
    await agent.getByRole('button', { name: /^Note/ }).click();
    await agent.getByRole('textbox', { name: /Note for colleagues/ }).fill('Third one today about Atlantis');
    await agent.getByRole('textbox', { name: /Note for colleagues/ }).press('Enter');
    await said(agent, 'Third one today about Atlantis');
    await picture(agent, '09-desk-with-a-customer');
    await customer.reload();
    // On a desktop the panel opens again by itself; on a phone it would cover the page.
    if (deviceName === 'phone') await customer.getByRole('button', { name: /^Ask/ }).click();
    await reads('Hello, I am looking into it');
    for (const question of questions) await reads(question);
    expect(await panel.getByText('Third one today').count(), 'a note never reaches the customer').toBe(0);

    // The agent hands back with what was decided; the customer is told, and the bot answers again.
    await agent.getByRole('button', { name: /^Hand back/ }).click();
    await agent.getByRole('textbox', { name: /What was decided/ }).fill('the fee is refunded within 5 days.');
    await picture(agent, '10-desk-handing-back');
    await agent.getByRole('textbox', { name: /What was decided/ }).press('Enter');
    await reads('What was decided: the fee is refunded within 5 days.');
    await reads('How was it with Ana?');
    await picture(customer, '11-handed-back');

    // They ask once more; the agent resolves; the customer rates.
    await panel.getByRole('button', { name: 'Talk to a human' }).first().click();
    await reads("You're next in line");
    await agent.getByRole('button', { name: /^Accept/ }).click();
    await panel.getByText('Ana joined.').nth(2).waitFor();
    await agent.getByRole('button', { name: /^Resolve/ }).click();
    await agent.getByRole('button', { name: /^Solved/ }).click();
    await reads('Ana ended the conversation.');
    await panel.getByRole('radio', { name: /Good/ }).first().check({ force: true });
    await panel.getByRole('textbox', { name: 'What should we know?' }).fill('quick and kind');
    await picture(customer, '12-rating');
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await reads('You rated this conversation: Good');
    await picture(customer, '13-rated');

    // The product team finds exactly that, on the screen and in both exports.
    await agent.getByRole('link', { name: 'Feedback' }).click();
    await agent.getByText('quick and kind').first().waitFor();
    await picture(agent, '14-feedback-view');
    const rows = (await downloadExport(agent, 'JSONL'))[1]
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [rated, judged] = rows;
    expect(rated).toMatchObject({
      kind: 'conversation',
      rating: 4,
      comment: 'quick and kind',
      verdict: null,
    });
    expect(judged).toMatchObject({
      kind: 'answer',
      conversationId: rated.conversationId,
      verdict: 'down',
      reasons: ['wrong'],
      turn: 2,
      question: questions[1],
      comment,
      context: { page: { url: `${server.url}/demo/` }, language: 'en-GB' },
    });
    const customerLines = rated.transcript.filter((line: { author: string }) => line.author === 'customer');
    expect(customerLines.map((line: { text: string }) => line.text)).toEqual([...questions, 'Thank you']);
    const agentLines = rated.transcript.filter((line: { author: string }) => line.author === 'agent');
    expect(agentLines.map((line: { text: string }) => line.text)).toEqual(['Hello, I am looking into it']);
    expect(rows.filter((one) => one.conversationId === rated.conversationId)).toHaveLength(2);
    const [, csv] = await downloadExport(agent, 'CSV');
    const table: Record<string, string>[] = parse(csv, { columns: true, bom: true });
    expect(table).toHaveLength(rows.length);
    expect(table[1]).toMatchObject({
      id: judged.id,
      kind: 'answer',
      verdict: 'down',
      reasons: 'wrong',
      question: questions[1],
      comment,
      answer: judged.answer,
    });
    expect(table[0]).toMatchObject({
      id: rated.id,
      kind: 'conversation',
      rating: '4',
      comment: 'quick and kind',
    });

    expect(faults()).toEqual([]);
    await close();
  });
});
