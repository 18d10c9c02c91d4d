import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { type Editor, editorAt } from './guidance-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

const asked: string[] = [];
let isBroken = false;
/** A model that knows one matter in two languages, and of everything else only that it is something else. */
const meaningOf = (text: string): number[] => {
  const isAboutCards = /card|Karte/.test(text);
  const noise = [...createHash('sha256').update(text).digest()].map((byte) => (byte - 127) / 1_024);
  return isAboutCards ? [3, ...noise] : [0, ...noise.map((value) => value * 8)];
};
const model = createServer((request: IncomingMessage, response) => {
  void textOf(request).then((body) => {
    if (isBroken) {
      response.writeHead(500).end();
      return;
    }
    const { input } = JSON.parse(body) as { input: string[] };
    asked.push(...input);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ data: input.map((text, index) => ({ index, embedding: meaningOf(text) })) }),
    );
  });
});

let server: TestServer;
let site: Site;
let editor: Editor;
beforeAll(async () => {
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    guidanceWithinMs: 2_000,
    guidanceEmbeddings: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
    guidanceEmbeddingsModel: 'small',
  });
  site = await server.addSite({ kind: 'page' });
  editor = editorAt(server, site, await server.addAgent(site, 'Adam', 'admin'));
});
afterAll(async () => {
  await server.close();
  model.closeAllConnections();
  await new Promise((resolve) => model.close(resolve));
});

const find = (text: string) =>
  server.app.guidance.find(
    { id: uuidv7(), siteId: site.id, customerId: uuidv7() },
    { name: 'message:send', cid: uuidv7(), text },
  );

test('questions whose answers customers liked as they were are known to need no guidance', async () => {
  await leaveFeedback(server, site, { question: 'Opening hours?', answer: 'Nine to five.', verdict: 'up' });
  await leaveFeedback(server, site, { question: 'Where is it?', answer: 'Here.', verdict: 'down' });
  await leaveFeedback(server, await server.addSite({ kind: 'page' }), {
    question: 'Elsewhere?',
    answer: 'Yes.',
    verdict: 'up',
  });
  await leaveFeedback(server, site, { question: 'Mine?', answer: 'Yes.', verdict: 'up', doNotTrain: true });
  const guided = await leaveFeedback(server, site, { question: 'Guided?', answer: 'Yes.', verdict: 'up' });
  await inDatabase(
    server.databaseUrl,
    `update facts set body = jsonb_set(body, '{guidance}', '{"id": "x"}')
     where conversation_id = $1 and type = 'answer.ended'`,
    [guided],
  );
  expect((await server.store.liveGuidance.past(site.id)).unguided).toEqual(['Opening hours?']);
});

test('a question in other words gets its guidance by meaning, and by words alone while the model is away', async () => {
  // Past questions, without playing each of them.
  const past = await leaveFeedback(server, site, { question: 'Hello?', answer: 'Hello.' });
  const words = ['garden', 'lamp', 'chair', 'tax', 'horse', 'river', 'window', 'bread', 'paper', 'cloud'];
  await inDatabase(
    server.databaseUrl,
    `insert into conversations select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid()))).*
     from conversations c, generate_series(1, 13) where id = $1`,
    [past],
  );
  await inDatabase(
    server.databaseUrl,
    `insert into facts (conversation_id, seq, type, at, body)
     select c.id, 1000 + n, facts.type, facts.at, jsonb_set(facts.body, '{text}', to_jsonb(
       'Do you sell a ' || ($2::text[])[1 + n % 10] || ' made of ' || ($2::text[])[1 + n / 10] || ' ' || c.row || '?'))
     from (select id, row_number() over () as row from conversations where site_id = $3) c,
       generate_series(1, 99) n, facts
     where facts.conversation_id = $1 and facts.type = 'message.sent'`,
    [past, words, site.id],
  );
  const { id } = await editor.live({
    text: 'Within five days.',
    examples: ['When does my card arrive?', 'Where is my new card?'],
  });
  await vi.waitFor(
    async () => expect(await find('Wann kommt meine Karte?')).toMatchObject({ applied: { id } }),
    {
      timeout: 20_000,
      interval: 200,
    },
  );
  expect((await find('Do you sell a lamp made of bread?'))?.applied).toBeUndefined();
  const before = asked.filter((text) => text.includes('made of')).length;
  expect(before, 'the past was looked at').toBeGreaterThan(500);

  isBroken = true;
  expect((await find('Wann kommt denn meine Karte?'))?.applied).toBeUndefined();
  expect(await find('When does my card arrive')).toMatchObject({ applied: { id } });
});
