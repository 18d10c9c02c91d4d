import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { connectCustomer } from '../support/clients.ts';
import { startHttpNlp } from '../support/foreign-bots/dialects.ts';
import type { JsonServer } from '../support/foreign-bots/json-server.ts';
import { trainNlpBot } from '../support/foreign-bots/nlp-bot.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { type Editor, editorAt } from './guidance-stage.ts';
import { noLimits } from './requests.ts';

const question = 'what are your opening hours';
const wrong = 'We are open from nine to five.';
const right = 'Open from **eight** to six, Saturdays too.';
const settings = { ...noLimits, guidanceWithinMs: 2_000 };
/** From a decision to its effect on every server. */
const liveWithinMs = 5_000;

let database: Awaited<ReturnType<typeof createDatabase>>;
let nodes: readonly TestServer[];
let bot: JsonServer;
let site: Site;
let editor: Editor;

beforeAll(async () => {
  // nlp.js prints a line for each round of its training.
  const quiet = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  database = await createDatabase(inject('postgresUrl'));
  const a = await startTestServer(inject('postgresUrl'), settings, database.url);
  const b = await startTestServer(inject('postgresUrl'), settings, database.url);
  nodes = [a, b];
  bot = await startHttpNlp(await trainNlpBot());
  quiet.mockRestore();
  site = await a.addSite({ kind: 'http', url: bot.url, secret: 's' });
  editor = editorAt(a, site, await a.addAgent(site, 'Adam', 'admin'));
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await bot.close();
  await database.drop();
});

const answerAt = async (node: TestServer): Promise<string> => {
  const customer = await connectCustomer(node.url, site.key);
  await customer.send('message:send', { text: question });
  const { text } = await customer.until('answer.ended').finally(() => customer.close());
  return text;
};
/** Time until customers of every server get this answer, ms; asked again and again. */
async function timeUntil(text: string): Promise<number> {
  const begunAt = performance.now();
  const isGiven = async (node: TestServer) => expect(await answerAt(node)).toBe(text);
  await Promise.all(nodes.map((node) => vi.waitFor(() => isGiven(node), { timeout: 20_000, interval: 100 })));
  return performance.now() - begunAt;
}

test('an approval changes what a bot that nobody changed answers, on every server, and is taken back likewise', async () => {
  expect(await Promise.all(nodes.map(answerAt))).toEqual([wrong, wrong]);

  const { id } = await editor.live({ text: right, examples: [question] });
  expect(await timeUntil(right)).toBeLessThan(liveWithinMs);

  const change = { kind: 'answer', text: 'Closed today.', examples: [question], scope: {} };
  await editor.done('change', { ...change, id, base: 1, reason: '', isProposed: true });
  await editor.done('approve', { id, version: 2, reason: '' });
  expect(await timeUntil('Closed today.')).toBeLessThan(liveWithinMs);

  await editor.done('roll-back', { id, version: 1, reason: '' });
  expect(await timeUntil(right)).toBeLessThan(liveWithinMs);

  await editor.done('retire', { id, reason: '' });
  expect(await timeUntil(wrong)).toBeLessThan(liveWithinMs);
});
