import { readdir, readlink } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { connectAgent } from '../support/clients.ts';
import { samplePdf } from '../support/sample-files.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { emptyDatabase, emptyFolder, handrail } from './backup-stage.ts';
import { counts, deskFilesPath, filesPath, kept, uploadAs, waitingCustomer } from './files-stage.ts';
import { bearer, noLimits } from './requests.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(() => server.close());

test('a backup carries files, and every node of a database has them', async () => {
  const site = await server.addSite({ kind: 'page' });
  const ana = await server.addAgent(site);
  const customer = await waitingCustomer(server, site.key);
  // Several pieces, and every byte that a careless copy would change.
  const bytes = Buffer.concat([
    samplePdf(),
    Buffer.from(Array.from({ length: 700_000 }, (_, at) => at % 256)),
  ]);
  const file = await kept(await uploadAs(server, customer, bytes, 'all-bytes.pdf'));
  await customer.send('message:send', { text: 'Here', files: [file.id] });
  await (await connectAgent(server.url, ana.cookie)).close();

  const backup = join(await emptyFolder(), 'handrail.gz');
  const target = await emptyDatabase();
  expect(await handrail({ DATABASE_URL: server.databaseUrl }, ['backup', backup])).toMatchObject({ err: '' });
  expect(await handrail({ DATABASE_URL: target }, ['restore', backup])).toMatchObject({ err: '' });
  for (const databaseUrl of [server.databaseUrl, target]) {
    const second = await startTestServer(inject('postgresUrl'), noLimits, databaseUrl);
    try {
      const own = await fetch(`${second.url}${filesPath(customer.conversationId)}/${file.id}`, {
        headers: bearer(customer.session.token),
      });
      expect(Buffer.from(await own.arrayBuffer()).equals(bytes)).toBe(true);
      const desk = await fetch(`${second.url}${deskFilesPath(customer.conversationId)}/${file.id}`, {
        headers: { cookie: ana.cookie },
      });
      expect(Buffer.from(await desk.arrayBuffer()).equals(bytes)).toBe(true);
    } finally {
      await second.close();
    }
  }
  customer.close();
});

test('while a file comes it has no name on the disk: a server that dies then leaves nothing of it', async () => {
  const site = await server.addSite({ kind: 'page' });
  const customer = await waitingCustomer(server, site.key);
  const before = await counts(server);
  const { hostname, port } = new URL(server.url);
  const sending = request({
    hostname,
    port,
    method: 'POST',
    path: `${filesPath(customer.conversationId)}?name=half.pdf`,
    headers: {
      ...bearer(customer.session.token),
      'content-type': 'application/octet-stream',
      'content-length': '500000',
    },
  });
  const closed = new Promise((resolve) => sending.on('close', resolve));
  sending.on('error', () => undefined);
  sending.write(Buffer.concat([samplePdf(), Buffer.alloc(200_000)]));
  /** What this process has open: the file is there, and nobody could open it any more. */
  const opened = async () => {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    return links.filter((link) => link.startsWith(join(tmpdir(), 'handrail-')) && link.endsWith('(deleted)'));
  };
  await vi.waitFor(async () => expect(await opened()).toHaveLength(1));
  expect(await counts(server)).toEqual(before);
  sending.destroy();
  await closed;
  await vi.waitFor(async () => expect(await opened()).toHaveLength(0));
  expect(await counts(server)).toEqual(before);
  customer.close();
});
