import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { createDatabase, startTestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';
import { bodyOf, sentTo, webhooksOf } from './webhooks-stage.ts';

let hook: Receiver;
let database: Awaited<ReturnType<typeof createDatabase>>;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  [hook, database] = await Promise.all([startReceiver(), createDatabase(inject('postgresUrl'))]);
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await database.drop();
  await hook.close();
});

const start = () =>
  startTestServer(
    inject('postgresUrl'),
    { ...noLimits, webhookRetryMs: [0, 0, 0, 0, 0, 0], webhookTimeoutMs: 2_000 },
    database.url,
  );

test('two servers that send at once keep the order of each conversation, and lose nothing', async () => {
  const [a, b] = [await start(), await start()];
  const site = await a.addSite({ kind: 'page' });
  const { webhook } = await webhooksOf(a, (await a.addAgent(site, 'Ana', 'admin')).cookie).add(
    site,
    `${hook.origin}/two`,
    ['message.sent'],
  );
  // The other node hears of the webhook within seconds.
  const heard = await connectCustomer(b.url, site.key);
  open.push(heard);
  let said = 0;
  await eventually(async () => {
    await heard.send('message:send', { text: `${said++}` });
    return sentTo(hook, '/two').length;
  }).toBeGreaterThan(0);
  // Every eleventh request fails, whichever node sends it.
  let requests = 0;
  hook.answerWith(() => (++requests % 11 === 0 ? 500 : 200));
  const talks = await Promise.all(
    Array.from({ length: 6 }, async (_, number) => {
      const customer = await connectCustomer(a.url, site.key);
      const { session, conversationId } = customer;
      await customer.send('message:send', { text: 'first' });
      const onOther = await connectCustomer(b.url, site.key, { session, conversationId });
      open.push(customer, onOther);
      for (let at = 0; at < 15; at++) {
        const node = (at + number) % 2 === 0 ? customer : onOther;
        expect(await node.send('message:send', { text: `${at}` })).toMatchObject({ ok: true });
      }
      return conversationId;
    }),
  );
  for (const conversationId of talks) {
    const came = () => sentTo(hook, '/two', conversationId).map(({ fact }) => fact.seq);
    const { facts } = await a.store.conversations.factsAfter(conversationId, 0);
    const wanted = facts.filter(({ type }) => type === 'message.sent').map(({ seq }) => seq);
    await eventually(() => [...new Set(came())]).toEqual(wanted);
    expect(came(), 'nothing earlier behind something later').toEqual([...came()].sort((x, y) => x - y));
  }
  const twice = sentTo(hook, '/two').filter(({ attempt, id }, at, all) => {
    const earlier = all.slice(0, at).some((one) => one.id === id && one.attempt === attempt);
    return earlier;
  });
  expect(twice, 'sent twice without a failure between').toEqual([]);
  expect(await a.store.webhooks.byId(webhook.id)).toMatchObject({ paused: null });
  await Promise.all([a.close(), b.close()]);
}, 90_000);

test('what was committed by a server that died before it could send is found by the next one', async () => {
  hook.answer(200);
  const dying = await start();
  const site = await dying.addSite({ kind: 'page' });
  const desk = webhooksOf(dying, (await dying.addAgent(site, 'Ana', 'admin')).cookie);
  const { webhook } = await desk.add(site, `${hook.origin}/died`, ['message.sent']);
  const [known, fresh] = [
    await connectCustomer(dying.url, site.key),
    await connectCustomer(dying.url, site.key),
  ];
  await known.send('message:send', { text: 'before' });
  await eventually(() => sentTo(hook, '/died').length).toBe(1);
  // As if the process had gone right behind each COMMIT: nobody hears of it.
  dying.app.bus.removeAllListeners('committed');
  await known.send('message:send', { text: 'lost' });
  await fresh.send('message:send', { text: 'lost, too' });
  known.close();
  fresh.close();
  await dying.close();
  // As if a while had passed: what is fresh is left to the process that committed it.
  await inDatabase(
    database.url,
    `update webhooks set swept_at = swept_at - 600000, created_at = created_at - 600000 where id = $1`,
    [webhook.id],
  );
  await inDatabase(database.url, 'update facts set at = at - 120000 where conversation_id = any($1)', [
    [known.conversationId, fresh.conversationId],
  ]);
  const server = await start();
  const came = (conversationId: string) =>
    sentTo(hook, '/died', conversationId).flatMap(({ fact }) =>
      fact.type === 'message.sent' ? [fact.text] : [],
    );
  await eventually(() => came(known.conversationId)).toEqual(['before', 'lost']);
  await eventually(() => came(fresh.conversationId)).toEqual(['lost, too']);
  await server.close();
}, 60_000);

test('[D9] a server that stops in the middle of a request leaves it to the next one, and no failure behind', async () => {
  hook.answerWith((one) => (one.path === '/stop' ? null : 200));
  const first = await start();
  const site = await first.addSite({ kind: 'page' });
  const desk = webhooksOf(first, (await first.addAgent(site, 'Ana', 'admin')).cookie);
  const { webhook } = await desk.add(site, `${hook.origin}/stop`, ['message.sent']);
  const customer = await connectCustomer(first.url, site.key);
  await customer.send('message:send', { text: 'Hello?' });
  await eventually(() => sentTo(hook, '/stop').length).toBe(1);
  customer.close();
  await first.close();
  expect(await inDatabase(database.url, 'select failures from webhooks where id = $1', [webhook.id])).toEqual(
    [{ failures: 0 }],
  );
  hook.answer(200);
  const second = await start();
  await eventually(() => hook.received.filter(({ path }) => path === '/stop').map(bodyOf)).toMatchObject([
    { attempt: 1 },
    { attempt: 1 },
  ]);
  await second.close();
}, 60_000);
