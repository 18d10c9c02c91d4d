import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import type { TestCustomer } from '../support/clients.ts';
import { samplePdf, samplePng } from '../support/sample-files.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { counts, filesPath, kept, upload, uploadAs, waitingCustomer } from './files-stage.ts';
import { bearer, expectProblem, inDatabase, noLimits } from './requests.ts';

const maxBytes = 100_000;
let server: TestServer;
let site: Site;
let customer: TestCustomer;

beforeAll(async () => {
  const limits = { ...noLimits, fileMaxBytes: maxBytes, filesSiteBytes: 250_000 };
  server = await startTestServer(inject('postgresUrl'), limits);
});
afterAll(() => server.close());

/** Nothing is kept of what these do, neither in the database nor beside it. */
const leavesNothing = async (work: () => Promise<unknown>) => {
  const temporary = async () =>
    (await readdir(tmpdir())).filter((name) => /^handrail-[0-9a-f-]{36}$/.test(name));
  const [before, files] = [await counts(server), await temporary()];
  await work();
  expect(await counts(server)).toEqual(before);
  expect(await temporary()).toEqual(files);
};
const begin = async () => {
  site = await server.addSite({ kind: 'page' });
  customer = await waitingCustomer(server, site.key);
};

describe('what is not taken', () => {
  beforeAll(begin);
  afterAll(() => customer.close());

  test.each([
    ['page.png', '<!doctype html><script>alert(1)</script>'],
    ['picture.jpg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['invoice.pdf', 'MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0'],
    ['late.pdf', ` ${samplePdf().toString('latin1')}`],
    ['short.png', '\x89PNG'],
    ['empty.pdf', ''],
  ])('%s whose bytes say something else', async (name, text) => {
    await leavesNothing(async () => {
      const response = await uploadAs(server, customer, Buffer.from(text, 'latin1'), name);
      await expectProblem(response, 'file_type_not_allowed');
    });
  });

  test('whatever is not said to be plain bytes', async () => {
    const path = filesPath(customer.conversationId);
    for (const type of ['image/png', 'application/json', 'text/html', 'multipart/form-data; boundary=x']) {
      const headers = { ...bearer(customer.session.token), 'content-type': type };
      await expectProblem(await upload(server, path, headers, samplePng()), 'invalid');
    }
    const url = `${server.url}${path}`;
    const init = { method: 'POST', headers: bearer(customer.session.token) };
    for (const query of ['', '?name=', '?name=a&name=b', `?name=${'x'.repeat(1_001)}`, '?name=a&stray=1']) {
      await expectProblem(await fetch(`${url}${query}`, init), 'invalid');
    }
    await expectProblem(await fetch(`${url}?name=a.png`, init), 'invalid');
  });

  test('one that is too large, whether it says so or not', async () => {
    const large = Buffer.concat([samplePdf(), Buffer.alloc(maxBytes)]);
    await leavesNothing(async () => {
      await expectProblem(await uploadAs(server, customer, large), 'too_large');
    });
    await leavesNothing(async () => {
      const { status, sent } = await endless();
      // Whoever goes on sending may find the line cut before they hear why.
      expect([413, null]).toContain(status);
      // What the sockets of both sides hold is sent, too.
      expect(sent, 'the stream is cut').toBeLessThan(200 * maxBytes);
    });
  });

  test('a large program hears why, and the line goes on', async () => {
    const large = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(maxBytes - 10)]);
    await leavesNothing(async () => {
      for (const _ of [1, 2, 3]) {
        await expectProblem(await uploadAs(server, customer, large), 'file_type_not_allowed');
      }
    });
  });

  test('one that breaks off', async () => {
    await leavesNothing(async () => {
      const { hostname, port } = new URL(server.url);
      const path = `${filesPath(customer.conversationId)}?name=half.pdf`;
      const headers = {
        ...bearer(customer.session.token),
        'content-type': 'application/octet-stream',
        'content-length': '50000',
      };
      const cut = request({ hostname, port, path, method: 'POST', headers });
      const closed = new Promise((resolve) => cut.on('close', resolve));
      cut.on('error', () => undefined);
      cut.write(samplePdf());
      await vi.waitFor(async () => expect(cut.socket?.bytesWritten).toBeGreaterThan(0));
      cut.destroy();
      await closed;
    });
  });
});

describe('how many', () => {
  test('ten of one sender in a conversation within a day, also when they come at once', async () => {
    await begin();
    const eleven = await Promise.all(
      Array.from({ length: 11 }, () => uploadAs(server, customer, samplePdf(), 'one.pdf')),
    );
    expect(eleven.filter(({ status }) => status === 201)).toHaveLength(10);
    const refused = eleven.find(({ status }) => status !== 201);
    await expectProblem(refused ?? new Response(), 'file_limit');
    await inDatabase(server.databaseUrl, 'update files set at = at - 86400000 where conversation_id = $1', [
      customer.conversationId,
    ]);
    expect((await uploadAs(server, customer, samplePdf())).status).toBe(201);
    customer.close();
  });

  test('as much as the site has room for; another site has its own', async () => {
    await begin();
    const file = Buffer.concat([samplePdf(), Buffer.alloc(90_000)]);
    await kept(await uploadAs(server, customer, file));
    await kept(await uploadAs(server, customer, file));
    await leavesNothing(async () => expectProblem(await uploadAs(server, customer, file), 'file_space_full'));
    customer.close();
    await begin();
    await kept(await uploadAs(server, customer, file));
    customer.close();
  });

  test('not faster than a person can', async () => {
    await begin();
    const tries = await Promise.all(
      Array.from({ length: 25 }, () => uploadAs(server, customer, Buffer.from('no file at all'))),
    );
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(5);
    customer.close();
  });
});

describe('how long', () => {
  test('what no message carries goes after a day, what one carries stays; an erased conversation takes all along', async () => {
    await begin();
    const [loose, sent] = [
      await kept(await uploadAs(server, customer, samplePdf())),
      await kept(await uploadAs(server, customer, samplePdf())),
    ];
    await customer.send('message:send', { text: 'Here', files: [sent.id] });
    await inDatabase(server.databaseUrl, 'update files set at = 1 where conversation_id = $1', [
      customer.conversationId,
    ]);
    while ((await server.store.files.forgetUnattached(2)) > 0);
    const path = `${server.url}${filesPath(customer.conversationId)}`;
    const headers = bearer(customer.session.token);
    await expectProblem(await fetch(`${path}/${loose.id}`, { headers }), 'not_found');
    expect((await fetch(`${path}/${sent.id}`, { headers })).status).toBe(200);
    expect(await customer.send('message:send', { text: 'And', files: [loose.id] })).toMatchObject({
      code: 'no_such_file',
    });

    const rows = () =>
      inDatabase(server.databaseUrl, 'select 1 from file_pieces where file_id = any($1)', [
        [loose.id, sent.id],
      ]);
    expect(await rows()).toHaveLength(1);
    for (const table of ['facts', 'commands', 'conversations']) {
      const column = table === 'conversations' ? 'id' : 'conversation_id';
      await inDatabase(server.databaseUrl, `delete from ${table} where ${column} = $1`, [
        customer.conversationId,
      ]);
    }
    expect(await rows()).toHaveLength(0);
    customer.close();
  });
});

/** Sends a PDF without an end for as long as it is taken. */
function endless(): Promise<{ status: number | null; sent: number }> {
  const { hostname, port } = new URL(server.url);
  const headers = { ...bearer(customer.session.token), 'content-type': 'application/octet-stream' };
  const path = `${filesPath(customer.conversationId)}?name=endless.pdf`;
  return new Promise((resolve) => {
    let sent = 0;
    const sending = request({ hostname, port, path, method: 'POST', headers }, (response) => {
      resolve({ status: response.statusCode ?? null, sent });
      sending.destroy();
    });
    sending.on('error', () => resolve({ status: null, sent }));
    const piece = Buffer.alloc(10_000, 32);
    const more = () => {
      if (sending.destroyed) return;
      sent += piece.length;
      sending.write(piece, () => setImmediate(more));
    };
    sending.write(samplePdf(), more);
  });
}
