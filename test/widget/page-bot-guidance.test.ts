import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { BotTurn } from '../../protocol/bot.ts';
import type { Site } from '../../server/store/sites.ts';
import type { PageBot } from '../../widget/core/chat.ts';
import { correction, editorAt, untilLookedUp } from '../server/guidance-stage.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createChats } from './support/chats.ts';
import { answers, until } from './support/until.ts';

let server: TestServer;
let site: Site;
const chats = createChats(() => ({ server: server.url, site: site.key }));

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), { guidanceWithinMs: 2_000 });
  site = await server.addSite({ kind: 'page' });
});
afterEach(() => chats.closeAll());
afterAll(() => server.close());

test("the page's bot is not asked what people have answered, and gets their hint with the question it is for", async () => {
  const editor = editorAt(server, site, await server.addAgent(site, 'Adam', 'admin'));
  await editor.live({});
  const hint = await editor.live({
    kind: 'hint',
    text: 'Only red ones.',
    examples: ['Which chairs are there?'],
  });
  await untilLookedUp([server], site, editor);

  const asked: BotTurn[] = [];
  const bot: PageBot = async function* (turn) {
    asked.push(turn);
    yield `Well. ${turn.hint?.text ?? ''}`;
  };
  const { chat } = chats.open({ bot });
  chat.send(correction.examples[0] ?? '');
  await until('the answer of people', () => answers(chat)[0]?.state === 'answered');
  expect(answers(chat)[0]).toMatchObject({ text: correction.text, guidance: { kind: 'answer' } });
  expect(asked).toEqual([]);
  chat.send('Which chairs are there?');
  await until('the answer of the bot', () => answers(chat)[1]?.state === 'answered');
  expect(answers(chat)[1]?.text).toBe('Well. Only red ones.');
  expect(asked.map((turn) => turn.hint)).toEqual([{ guidance: hint.id, version: 1, text: 'Only red ones.' }]);
  chat.send('And tables?');
  await until('the next answer', () => answers(chat)[2]?.state === 'answered');
  expect(asked[1]).not.toHaveProperty('hint');
});
