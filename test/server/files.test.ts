import { createHash, randomUUID } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { AttachedFile } from '../../protocol/files.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { sampleJpg, samplePdf, samplePng, sampleWebp } from '../support/sample-files.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { deskFilesPath, filesPath, kept, upload, uploadAs, waitingCustomer } from './files-stage.ts';
import { bearer, expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let ana: Agent & { cookie: string };
let ben: Agent & { cookie: string };
let desk: Awaited<ReturnType<typeof connectAgent>>;
const opened: TestCustomer[] = [];

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  [ana, ben] = await Promise.all([server.addAgent(site, 'Ana'), server.addAgent(site, 'Ben')]);
  desk = await connectAgent(server.url, ana.cookie);
});
afterAll(async () => {
  for (const one of [desk, ...opened]) one.close();
  await server.close();
});

const waiting = async () => {
  const customer = await waitingCustomer(server, site.key);
  opened.push(customer);
  return customer;
};
/** A customer who is with Ana. */
const withAna = async () => {
  const customer = await waiting();
  expect(await desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({ ok: true });
  return customer;
};
const get = (path: string, headers: Record<string, string>) => fetch(`${server.url}${path}`, { headers });
const fileOf = ({ conversationId, session }: TestCustomer, id: string) =>
  get(`${filesPath(conversationId)}/${id}`, bearer(session.token));
const send = (customer: TestCustomer, files: AttachedFile[], cid = uuidv7()) =>
  customer.send('message:send', { text: 'Here', files: files.map(({ id }) => id) }, cid);

describe('what is taken', () => {
  test.each([
    ['png', samplePng(), 'image/png'],
    ['jpg', sampleJpg(), 'image/jpeg'],
    ['webp', sampleWebp(), 'image/webp'],
    ['pdf', samplePdf(), 'application/pdf'],
  ] as const)('%s comes back as it was, to be saved and to do nothing', async (kind, bytes, type) => {
    const customer = await waiting();
    const file = await kept(await uploadAs(server, customer, bytes, "Kim's отчёт.html"));
    expect(file).toEqual({
      id: expect.any(String),
      name: `Kim's отчёт.html.${kind}`,
      kind,
      bytes: bytes.length,
    });
    const response = await fileOf(customer, file.id);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename*=UTF-8''Kim%27s%20${encodeURIComponent('отчёт')}.html.${kind}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=3600',
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const [row] = await inDatabase(server.databaseUrl, 'select sha256 from files where id = $1', [file.id]);
    expect(row.sha256.equals(createHash('sha256').update(bytes).digest())).toBe(true);
  });

  test('several pieces, sent without a length, come back in order', async () => {
    const customer = await waiting();
    const bytes = Buffer.concat([
      samplePdf(),
      Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => at % 251)),
    ]);
    const blob = new Blob([bytes]);
    const file = await kept(await uploadAs(server, customer, blob.stream(), 'long.pdf'));
    const back = Buffer.from(await (await fileOf(customer, file.id)).arrayBuffer());
    expect(back.equals(bytes)).toBe(true);
  });

  test('a PDF that is HTML, too, is served as a PDF to be saved', async () => {
    const customer = await waiting();
    const both = samplePdf('<html><script>alert(document.domain)</script></html>');
    const file = await kept(await uploadAs(server, customer, both, 'report.html'));
    const { headers } = await fileOf(customer, file.id);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''report.html.pdf");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a name is cleaned before it is kept', async () => {
    const customer = await waiting();
    const evil = '..\\..\\/etc/\u202Egnp.exe\0\r\nSet-Cookie: x=1.png';
    const file = await kept(await uploadAs(server, customer, samplePng(), evil));
    expect(file.name).toBe('gnp.exeSet-Cookie_ x=1.png');
    expect((await fileOf(customer, file.id)).headers.get('set-cookie')).toBeNull();
  });
});

describe('whose a file is', () => {
  test('nobody else has it: not another customer, not in another conversation, not another site', async () => {
    const [customer, stranger] = [await waiting(), await waiting()];
    const file = await kept(await uploadAs(server, customer, samplePng()));
    await send(customer, [file]);
    await expectProblem(await fileOf(stranger, file.id), 'not_found');
    const path = `${filesPath(customer.conversationId)}/${file.id}`;
    await expectProblem(await get(path, bearer(stranger.session.token)), 'not_found');
    await expectProblem(await get(path, {}), 'unauthenticated');
    await expectProblem(await get(path, { cookie: ana.cookie }), 'unauthenticated');
    await expectProblem(await fileOf(customer, randomUUID()), 'not_found');
    const put = upload(
      server,
      filesPath(customer.conversationId),
      bearer(stranger.session.token),
      samplePng(),
    );
    await expectProblem(await put, 'not_found');

    const elsewhere = await server.addSite({ kind: 'page' });
    const eve = await server.addAgent(elsewhere, 'Eve', 'admin');
    const deskPath = `${deskFilesPath(customer.conversationId)}/${file.id}`;
    await expectProblem(await get(deskPath, { cookie: eve.cookie }), 'not_found');
    await expectProblem(await get(deskPath, bearer(customer.session.token)), 'unauthenticated');
    const crossed = `${deskFilesPath(stranger.conversationId)}/${file.id}`;
    await expectProblem(await get(crossed, { cookie: ana.cookie }), 'not_found');
  });

  test('what no message carries is its sender’s alone', async () => {
    const customer = await withAna();
    const path = deskFilesPath(customer.conversationId);
    const theirs = await kept(await uploadAs(server, customer, samplePng()));
    const anas = await kept(await upload(server, path, { cookie: ana.cookie }, samplePdf(), 'offer.pdf'));
    await expectProblem(await fileOf(customer, anas.id), 'not_found');
    await expectProblem(await get(`${path}/${theirs.id}`, { cookie: ana.cookie }), 'not_found');
    await expectProblem(await get(`${path}/${anas.id}`, { cookie: ben.cookie }), 'not_found');
    await desk.send('message:send', customer.conversationId, { text: 'Our offer', files: [anas.id] });
    await send(customer, [theirs]);
    expect((await fileOf(customer, anas.id)).status).toBe(200);
    expect((await get(`${path}/${theirs.id}`, { cookie: ben.cookie })).status).toBe(200);
  });

  test('an agent’s look at a file is in the audit log', async () => {
    const customer = await withAna();
    const file = await kept(await uploadAs(server, customer, samplePng()));
    await send(customer, [file]);
    const path = `${deskFilesPath(customer.conversationId)}/${file.id}`;
    expect((await get(path, { cookie: ben.cookie })).status).toBe(200);
    await server.app.auditLog.flush();
    const rows = await inDatabase(
      server.databaseUrl,
      "select agent_id, site_ids from audit_log where action = 'file.read' and object_id = $1",
      [file.id],
    );
    expect(rows).toEqual([{ agent_id: ben.id, site_ids: [site.id] }]);
  });

  test('agents send files only in a conversation that they have', async () => {
    const customer = await withAna();
    const path = deskFilesPath(customer.conversationId);
    await expectProblem(await upload(server, path, { cookie: ben.cookie }, samplePng()), 'not_assigned');
    const waiter = await waiting();
    const early = upload(server, deskFilesPath(waiter.conversationId), { cookie: ana.cookie }, samplePng());
    await expectProblem(await early, 'not_assigned');
    const foreign = { cookie: ana.cookie, origin: 'https://evil.example' };
    await expectProblem(await upload(server, path, foreign, samplePng()), 'forbidden');
  });
});

describe('a message carries files', () => {
  test('both sides get what there is to know, once, in the order named', async () => {
    const customer = await withAna();
    await desk.watch(customer.conversationId);
    const one = await kept(await uploadAs(server, customer, samplePng(), 'one.png'));
    const two = await kept(await uploadAs(server, customer, samplePdf(), 'two.pdf'));
    const cid = uuidv7();
    const first = await send(customer, [two, one], cid);
    expect(first).toMatchObject({ ok: true, isRepeat: false });
    expect(await send(customer, [two, one], cid)).toEqual({ ...first, isRepeat: true });
    expect(await send(customer, [one, two], cid)).toMatchObject({ ok: false, code: 'cid_reused' });
    const seen = await desk.until('message.sent', (fact) => fact.cid === cid);
    expect(seen.files).toEqual([two, one]);
    expect((await customer.until('message.sent', (fact) => fact.cid === cid)).files).toEqual([two, one]);
    expect(await send(customer, [one])).toMatchObject({ ok: false, code: 'no_such_file' });
  });

  test('only its sender’s own files of this very conversation', async () => {
    const [customer, stranger] = [await withAna(), await withAna()];
    const theirs = await kept(await uploadAs(server, stranger, samplePng()));
    const path = deskFilesPath(customer.conversationId);
    const anas = await kept(await upload(server, path, { cookie: ana.cookie }, samplePng()));
    for (const file of [theirs, anas, { ...anas, id: randomUUID() }]) {
      expect(await send(customer, [file])).toMatchObject({ ok: false, code: 'no_such_file' });
    }
    expect(
      await desk.send('message:send', stranger.conversationId, { text: 'x', files: [anas.id] }),
    ).toMatchObject({ ok: false, code: 'no_such_file' });
    expect(
      await desk.send('message:send', customer.conversationId, { text: 'x', files: [anas.id, anas.id] }),
    ).toMatchObject({ ok: false, code: 'invalid' });
  });

  test('two messages that race for one file: one of them has it', async () => {
    const customer = await withAna();
    const file = await kept(await uploadAs(server, customer, samplePng()));
    const replies = await Promise.all([send(customer, [file]), send(customer, [file])]);
    expect(replies.map((reply) => (reply.ok ? 'ok' : reply.code)).sort()).toEqual(['no_such_file', 'ok']);
  });

  test('the bot is not asked what a file name means, but what is said beside it', async () => {
    const customer = await waiting();
    const file = await kept(await uploadAs(server, customer, samplePng(), 'card.png'));
    const other = await kept(await uploadAs(server, customer, samplePng(), 'card.png'));
    await customer.send('message:send', { text: 'card.png', files: [file.id] });
    await customer.send('message:send', { text: 'What is this?', files: [other.id] });
    const { question } = await customer.until('answer.started');
    const asked = await customer.until('message.sent', (fact) => fact.seq === question);
    expect(asked.text).toBe('What is this?');
    server.mayBeSilent();
  });

  test('with the bot nobody looks at files', async () => {
    const customer = await connectCustomer(server.url, site.key);
    opened.push(customer);
    await customer.send('message:send', { text: 'Hi' });
    await expectProblem(await uploadAs(server, customer, samplePng()), 'files_need_person');
    await customer.send('handoff:request', {});
    const file = await kept(await uploadAs(server, customer, samplePng()));
    await customer.send('handoff:cancel', {});
    expect(await send(customer, [file])).toMatchObject({ ok: false, code: 'files_need_person' });
    server.mayBeSilent();
  });
});
