import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { CommandReply } from '../../protocol/commands.ts';
import { protocolVersion } from '../../protocol/version.ts';
import { freePort } from '../../scripts/cluster/free-port.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectCustomer, connected, newSession } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

/** What deploy/compose.yaml puts in front of the servers; without it here its configuration is only read by the eye. */
const hasHaproxy = spawnSync('haproxy', ['-v']).status === 0;

describe.skipIf(!hasHaproxy)('two servers behind HAProxy, as deploy/haproxy.cfg sets it', () => {
  let database: { url: string; drop(): Promise<void> };
  let [a, b]: TestServer[] = [];
  let site: Site;
  let haproxy: ChildProcess;
  let folder: string;
  let url: string;

  const started = (server: TestServer | undefined): TestServer => {
    if (server === undefined) throw new Error('not started');
    return server;
  };
  /** The file as it is, but for where it listens, where the servers are, and the files that it may open here. */
  const configFor = (port: number, servers: readonly string[]): string => {
    let config = readFileSync(new URL('../../deploy/haproxy.cfg', import.meta.url), 'utf8');
    for (const [index, server] of servers.entries())
      config = config.replaceAll(`app-${index + 1}:8080`, new URL(server).host);
    return config.replace('bind :8080', `bind 127.0.0.1:${port}`).replace(/maxconn \d+/, 'maxconn 1000');
  };

  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'));
    const settings = { ...noLimits, trustProxy: 1 };
    a = await startTestServer(inject('postgresUrl'), settings, database.url);
    b = await startTestServer(inject('postgresUrl'), settings, database.url);
    site = await a.addSite({ kind: 'page' });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    folder = mkdtempSync(join(tmpdir(), 'handrail-haproxy-'));
    const path = join(folder, 'haproxy.cfg');
    writeFileSync(path, configFor(port, [a.url, b.url]));
    haproxy = spawn('haproxy', ['-db', '-f', path], { stdio: 'ignore' });
    // Both count as ready after two good answers.
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), {
      timeout: 15_000,
    });
  });
  afterAll(async () => {
    haproxy?.kill('SIGTERM');
    if (haproxy?.exitCode === null) await once(haproxy, 'exit');
    rmSync(folder, { recursive: true, force: true });
    await a?.close();
    await b?.close();
    await database.drop();
  });

  const socketsOf = (server: TestServer | undefined) => started(server).app.realtime.customers.sockets.size;

  test('spreads customers over both', async () => {
    const customers = await Promise.all(Array.from({ length: 6 }, () => connectCustomer(url, site.key)));
    expect([socketsOf(a), socketsOf(b)]).toEqual([3, 3]);
    for (const customer of customers) customer.close();
    await eventually(() => socketsOf(a) + socketsOf(b)).toBe(0);
  });

  test('keeps a browser without WebSockets and without cookies at the server that has its session', async () => {
    const conversationId = uuidv7();
    const { token } = await newSession(url, site.key);
    const socket: Socket = io(`${url}/customer`, {
      path: '/v1/socket',
      transports: ['polling'],
      forceNew: true,
      reconnection: false,
      auth: { version: protocolVersion, site: site.key, token, conversations: { [conversationId]: 0 } },
    });
    await connected(socket);
    const texts = Array.from({ length: 10 }, (_, at) => `Message ${at}`);
    const seqs: number[] = [];
    for (const text of texts) {
      const command = { cid: uuidv7(), conversationId, text };
      const reply: CommandReply = await socket.timeout(15_000).emitWithAck('message:send', command);
      expect(reply).toMatchObject({ ok: true });
      if (reply.ok) seqs.push(reply.seq);
    }
    expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
    expect(socket.connected).toBe(true);
    socket.disconnect();
  });

  test('shows the metrics to nobody outside', async () => {
    expect((await fetch(`${started(a).url}/metrics`)).status).not.toBe(403);
    expect((await fetch(`${url}/metrics`)).status).toBe(403);
  });

  test('[D9] a server that stops sends its customers to the other, and nothing that is asked meanwhile fails', async () => {
    const customers = await Promise.all(Array.from({ length: 4 }, () => connectCustomer(url, site.key)));
    expect(socketsOf(b)).toBe(2);
    const said = new Promise<number>((resolve) => {
      for (const { socket } of customers)
        socket.on('server:bye', ({ retryAfterMs }) => resolve(retryAfterMs));
    });
    const closing = started(b).close();
    b = undefined;
    expect(await said).toBeGreaterThan(0);
    const answers: number[] = [];
    for (let asked = 0; asked < 40; asked += 1) answers.push((await fetch(`${url}/readyz`)).status);
    await closing;
    for (let asked = 0; asked < 10; asked += 1) answers.push((await fetch(`${url}/readyz`)).status);
    expect(new Set(answers)).toEqual(new Set([200]));
    const again = await Promise.all(
      customers.map(({ session, conversationId }) =>
        connectCustomer(url, site.key, { session, conversationId }),
      ),
    );
    expect(socketsOf(a)).toBeGreaterThanOrEqual(4);
    for (const customer of again) {
      expect(await customer.send('message:send', { text: 'I am back' })).toMatchObject({ ok: true });
      customer.close();
    }
    for (const customer of customers) customer.close();
  });
});
