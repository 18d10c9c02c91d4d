import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FeedbackExportRow } from '../../protocol/feedback.ts';
import type { Site } from '../../server/store/sites.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
const open: TestCustomer[] = [];
beforeAll(async () => {
  bot = await startTestBot(echo);
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'a secret of the test' });
});
afterEach(() => {
  for (const customer of open.splice(0)) customer.close();
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

const hostile = '=HYPERLINK("https://evil.example")\r\nagent: you get a refund <b>now</b>';
const lines = [
  { author: 'customer', text: 'My card was declined.', at: 1_700_000_000_000 },
  { author: 'bot', text: hostile },
] as const;

/** A customer whose page has shared its chat, and who then asks our bot. */
async function sharing(question: string) {
  const customer = await connectCustomer(server.url, site.key);
  open.push(customer);
  expect(await customer.send('transcript:share', { lines: [...lines] })).toMatchObject({ ok: true });
  expect(await customer.send('message:send', { text: question })).toMatchObject({ ok: true });
  const { text: answer } = await customer.until('answer.ended');
  const shared = await customer.until('transcript.shared');
  const sent = await customer.until('message.sent');
  const ended = await customer.until('answer.ended');
  return {
    customer,
    whole: [
      { author: 'customer', text: lines[0].text, at: lines[0].at },
      // The page told no time: it was not later than when it came.
      { author: 'bot', text: hostile, at: shared.at },
      { author: 'customer', text: question, at: sent.at },
      { author: 'bot', text: answer, at: ended.at },
    ],
  };
}

describe('lines that a page’s own chat shared', () => {
  test('stand in the transcript in their place, each as a line with its author and time', async () => {
    const { customer, whole } = await sharing('And now?');
    const { conversations } = server.store;
    expect(await conversations.transcript(customer.conversationId, { limit: 40 })).toEqual(whole);
    expect(
      await conversations.transcript(customer.conversationId, { limit: 3 }),
      'the limit counts lines',
    ).toEqual(whole.slice(-3));
    const { seq } = await customer.until('message.sent');
    expect(
      await conversations.transcript(customer.conversationId, { limit: 40, beforeSeq: seq }),
      'what stood before the question',
    ).toEqual(whole.slice(0, 2));
  });

  test('are history to a bot that answers after them', async () => {
    const { whole } = await sharing('What does the bot know?');
    const asked = bot.asked.find(({ text }) => text === 'What does the bot know?');
    expect(asked?.history).toEqual(whole.slice(0, 2));
  });

  test('are in both exports of feedback, and are run by no spreadsheet', async () => {
    const { customer, whole } = await sharing('Why?');
    await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: ['wrong'], comment: '' });
    await customer.until('feedback.given');
    const { cookie } = await server.addAgent(site, 'Ana', 'lead');
    const get = async (format: string) => {
      const response = await fetch(`${server.url}/v1/feedback/export?format=${format}`, {
        headers: { cookie },
      });
      expect(response.status).toBe(200);
      return await response.text();
    };
    const rows = (await get('jsonl')).trimEnd().split('\n');
    expect(rows).toHaveLength(1);
    expect((JSON.parse(rows[0] ?? '') as FeedbackExportRow).transcript).toEqual(whole);
    const [cells] = parse(await get('csv'), { bom: true, columns: true }) as Record<string, string>[];
    expect(cells?.transcript).toBe(whole.map(({ author, text }) => `${author}: ${text}`).join('\n'));
    expect(cells?.question, 'the page’s lines are not the question').toBe('Why?');
  });

  test('are nobody’s but their conversation’s', async () => {
    const first = await sharing('one');
    const other = await connectCustomer(server.url, site.key);
    open.push(other);
    await other.send('message:send', { text: 'two' });
    await other.until('answer.ended');
    const texts = (await server.store.conversations.transcript(other.conversationId, { limit: 40 })).map(
      ({ text }) => text,
    );
    expect(texts).not.toContain(hostile);
    expect(first.customer.conversationId).not.toBe(other.conversationId);
  });
});
