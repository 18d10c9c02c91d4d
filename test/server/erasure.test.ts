import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eraseCustomer } from '../../server/cli/erase.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand } from '../support/run-command.ts';
import { samplePng } from '../support/sample-files.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { filesPath, kept, upload } from './files-stage.ts';
import { bearer, expectProblem, inDatabase, json, noLimits } from './requests.ts';

/** A word that nobody else says. */
const word = 'zebrafish7731';
let server: TestServer;
let site: Site;
let cookie: string;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  ({ cookie } = await server.addAgent(site, 'Ada', 'admin'));
});
afterAll(() => server.close());

/** Everything that is kept of a conversation: words, a person's words, a file, a note, a rating, a promise, an address. */
async function talk(says: string, session?: TestCustomer['session']): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, site.key, session === undefined ? {} : { session });
  const { conversationId } = customer;
  await customer.send('message:send', { text: `Where is my ${says}?` });
  await customer.send('answer:end', {
    turn: 1,
    outcome: 'unknown',
    text: `I know no ${says}.`,
    sources: [],
    failure: null,
    handoff: null,
  });
  await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: ['wrong'], comment: says });
  await customer.send('handoff:request', {});
  const agent = await connectAgent(server.url, cookie);
  await agent.send('handoff:accept', conversationId, {});
  const file = await kept(
    await upload(
      server,
      filesPath(conversationId),
      bearer(customer.session.token),
      samplePng(),
      `${says}.png`,
    ),
  );
  await customer.send('message:send', { text: says, files: [file.id] });
  await agent.send('message:send', conversationId, { text: `Your ${says} is here.` });
  await agent.send('note:add', conversationId, { text: `Likes ${says}.`, mentions: [] });
  await agent.send('answer:improve', conversationId, { turn: 1, text: `The ${says} is in the lake.` });
  await agent.send('conversation:resolve', conversationId, { outcome: 'solved', cause: 'missing_knowledge' });
  await customer.send('conversation:rate', { rating: 2, comment: says });
  agent.close();
  return customer;
}

const tablesWith = async (text: string): Promise<string[]> => {
  const tables = await inDatabase(
    server.databaseUrl,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await inDatabase(
      server.databaseUrl,
      `select from ${name} as kept where strpos(lower(kept::text), $1) > 0 limit 1`,
      [text],
    );
    if (rows.length > 0) found.push(name);
  }
  return found.sort();
};
/** Readers take note of what concerns them alone: conversations in which something of that is unread. */
const unread = () =>
  inDatabase(
    server.databaseUrl,
    `select from conversations left join search_heads s on s.conversation_id = id
       left join insight_heads i on i.conversation_id = id left join weak_heads w on w.conversation_id = id
     where coalesce(i.seq, 0) < conversations.seq or w.conversation_id is null or coalesce(s.seq, 0) < (
       select max(seq) from facts where conversation_id = id and type in ('message.sent', 'note.added'))`,
  );
const sums = () =>
  inDatabase(
    server.databaseUrl,
    `select * from insight_sums where sums <> '{}' order by slice, language, topic, day`,
  );
const customerOf = (id: string) =>
  fetch(`${server.url}/v1/desk/conversations/${id}/customer`, { headers: { cookie } });
const erase = (conversationId: string, conversations: number) =>
  fetch(`${server.url}/v1/desk/customers/erase`, json({ conversationId, conversations }, { cookie }));

test('an admin erases a customer: nothing that they said is left, and nothing of others is missing', async () => {
  const other = await talk('goldfish');
  await eventually(unread).toEqual([]);
  const before = await sums();
  const first = await talk(word);
  const second = await talk(word, first.session);
  await eventually(unread).toEqual([]);
  expect((await tablesWith(word)).length, 'what is looked for is found while it is there').toBeGreaterThan(8);

  const response = await customerOf(first.conversationId);
  expect(await response.json()).toEqual({ conversations: 2 });
  await expectProblem(await erase(first.conversationId, 1), 'customer_has_changed');
  expect(await tablesWith(word)).toContain('public.facts');

  const agent = await connectAgent(server.url, cookie);
  const told = new Promise((resolve) => agent.socket.once('erased', resolve));
  const ended = new Promise((resolve) => first.socket.once('disconnect', resolve));
  const erased = await erase(first.conversationId, 2);
  expect(await erased.json()).toEqual({ conversations: 2 });
  expect(await told).toEqual({ conversationIds: [first.conversationId, second.conversationId].sort() });
  expect(await ended).toBe('io server disconnect');

  expect(await tablesWith(word)).toEqual([]);
  const ids = ['public.audit_log', 'public.erasures'];
  expect((await tablesWith(first.session.customerId)).filter((name) => !name.startsWith('pgboss.'))).toEqual(
    ids,
  );
  expect(await sums()).toEqual(before);
  expect(await tablesWith('goldfish')).toContain('public.search_lines');

  // Neither side finds the way back.
  const list = await fetch(`${server.url}/v1/conversations`, { headers: bearer(first.session.token) });
  await expectProblem(list, 'unauthenticated');
  await expectProblem(await customerOf(first.conversationId), 'not_found');
  const caller = { customer: { id: first.session.customerId, siteId: site.id }, site };
  for (const conversationId of [first.conversationId, uuidv7()]) {
    const late = server.app.engine.forCustomer(caller, 'message:send', {
      cid: uuidv7(),
      conversationId,
      text: word,
    });
    await expect(late).rejects.toMatchObject({ code: 'unauthenticated' });
  }
  expect(await tablesWith(word)).toEqual([]);
  const [entry] = await inDatabase(
    server.databaseUrl,
    `select agent_name, object_id, detail from audit_log where action = 'customer.erased'`,
  );
  expect(entry).toEqual({
    agent_name: 'Ada',
    object_id: first.session.customerId,
    detail: { conversations: 2 },
  });
  for (const one of [agent, second, other]) one.close();
});

test('what a reader still had in its hands is cleared away a moment later', async () => {
  const customer = await talk(word);
  await erase(customer.conversationId, 1);
  await inDatabase(
    server.databaseUrl,
    `insert into search_lines (conversation_id, seq, line, at, words) values ($1, 1, 0, 1, to_tsvector('simple', $2))`,
    [customer.conversationId, word],
  );
  await eventually(() => tablesWith(word)).toEqual([]);
  customer.close();
});

test('an operator erases by address or id, after having been told what; open consoles hear of it', async () => {
  const customer = await talk(word);
  await inDatabase(server.databaseUrl, `update customers set email = 'Zoe@Shop.example' where id = $1`, [
    customer.session.customerId,
  ]);
  const run = (...args: string[]) => runCommand(server, eraseCustomer, ['--site', site.key, ...args]);
  await expect(run()).rejects.toThrow('one of --id, --email and --conversation');
  await expect(run('--email', 'a@b.example', '--id', '1')).rejects.toThrow('one of --id');
  await expect(run('--email', 'nobody@shop.example')).rejects.toThrow('has no such customer');
  await expect(run('--conversation', 'x')).rejects.toThrow('no id of a conversation');
  const byAddress = ['--email', 'zoe@shop.example'];
  expect(await run(...byAddress)).toBe('Would erase: 1 customer with 1 conversation. Say --yes to do it.');
  expect(await tablesWith(word)).toContain('public.facts');
  const agent = await connectAgent(server.url, cookie);
  const told = new Promise((resolve) => agent.socket.once('erased', resolve));
  expect(await run(...byAddress, '--yes')).toBe('Erased: 1 customer with 1 conversation.');
  expect(await told).toEqual({ conversationIds: [customer.conversationId] });
  expect(await tablesWith(word)).toEqual([]);
  agent.close();
  customer.close();
});
