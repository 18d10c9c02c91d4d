import { once } from 'node:events';
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { type Backend, createBalancer } from '../../scripts/cluster/balancer.ts';
import { freePort } from '../../scripts/cluster/free-port.ts';
import { eventually } from '../support/eventually.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startBackend(
  name: string,
  listener: RequestListener,
): Promise<Backend & { server: Server; isReady: boolean; isRetiring: boolean }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { name, port, isReady: true, isRunning: true, isRetiring: false, server };
}

async function startBalancer(backends: readonly Backend[], isBehindProxy = false): Promise<string> {
  const balancer = createBalancer(() => backends, isBehindProxy);
  closers.push(balancer.close);
  return `http://127.0.0.1:${await balancer.listen(0, '127.0.0.1')}`;
}

/** Says who it is and what it was asked. */
const echo = (name: string) =>
  startBackend(name, async (asked, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of asked) pieces.push(piece as Buffer);
    const { method, url, headers } = asked;
    const body = Buffer.concat(pieces).toString();
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.end(JSON.stringify({ name, method, url, headers, body }));
  });

interface Echo {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}
const ask = async (url: string, init: RequestInit = {}): Promise<Echo> =>
  (await (await fetch(url, init)).json()) as Echo;

describe('the balancer', () => {
  test('passes on method, path, headers and body, and says whom it is for', async () => {
    const url = await startBalancer([await echo('1')]);
    const said = await ask(`${url}/v1/x?y=%20z`, {
      method: 'POST',
      body: 'ünïcödé',
      headers: {
        'x-own': 'kept',
        'x-forwarded-for': '192.0.2.7',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
      },
    });
    expect(said).toMatchObject({ name: '1', method: 'POST', url: '/v1/x?y=%20z', body: 'ünïcödé' });
    expect(said.headers).toMatchObject({
      host: new URL(url).host,
      'x-own': 'kept',
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
    });
    expect(Object.keys(said.headers)).not.toContain('x-forwarded-host');
    expect(Object.keys(said.headers)).not.toContain('x-forwarded-proto');
    const response = await fetch(url);
    await response.body?.cancel();
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('lets a proxy in front of it say what it was asked for', async () => {
    const url = await startBalancer([await echo('1')], true);
    const { headers } = await ask(url, { headers: { 'x-forwarded-proto': 'https' } });
    expect(headers['x-forwarded-proto']).toBe('https');
  });

  test('goes to the one with the least under way, and to none that is unready or dead', async () => {
    const waiting: (() => void)[] = [];
    const busy = await startBackend('busy', (_, response) => void waiting.push(() => response.end('done')));
    const idle = await echo('idle');
    const url = await startBalancer([busy, idle]);
    const first = fetch(url);
    await eventually(() => waiting.length).toBe(1);
    for (let round = 0; round < 5; round += 1) expect(await ask(url)).toMatchObject({ name: 'idle' });
    waiting[0]?.();
    expect(await (await first).text()).toBe('done');

    const dead = { name: 'dead', port: await freePort(), isReady: true, isRunning: true, isRetiring: false };
    const resting = { ...(await echo('resting')), isReady: false };
    const other = await startBalancer([dead, resting, await echo('alive')]);
    const names = await Promise.all(Array.from({ length: 6 }, async () => (await ask(other)).name));
    expect(new Set(names)).toEqual(new Set(['alive']));
    expect((await fetch(await startBalancer([dead, resting]))).status).toBe(503);
  });

  test('keeps a polling session where it is while its process finishes, and gives that one nothing new', async () => {
    const [one, two] = [await echo('one'), await echo('two')];
    const url = `${await startBalancer([one, two])}/v1/socket/?EIO=4&transport=polling`;
    const headers = { cookie: 'x=y; handrail_node=two' };
    one.isReady = true;
    two.isReady = false;
    expect(await ask(`${url}&sid=s`, { headers })).toMatchObject({ name: 'two' });
    expect(await ask(url, { headers })).toMatchObject({ name: 'one' });
    two.isReady = true;
    expect(await ask(url, { headers })).toMatchObject({ name: 'two' });
    // without a cookie: the same address, the same process
    const names = await Promise.all(Array.from({ length: 6 }, async () => (await ask(url)).name));
    expect(new Set(names).size).toBe(1);
  });

  test('gives nothing new to a process that is being replaced, as long as another one is there', async () => {
    const [old, fresh] = [await echo('old'), await echo('fresh')];
    const url = await startBalancer([old, fresh]);
    old.isRetiring = true;
    const polling = `${url}/v1/socket/?EIO=4&transport=polling`;
    const headers = { cookie: 'handrail_node=old' };
    for (let round = 0; round < 4; round += 1) expect(await ask(url)).toMatchObject({ name: 'fresh' });
    expect(await ask(polling, { headers })).toMatchObject({ name: 'fresh' });
    expect(await ask(`${polling}&sid=s`, { headers }), 'what it has goes on').toMatchObject({ name: 'old' });
    fresh.isReady = false;
    expect(await ask(url), 'better than nobody').toMatchObject({ name: 'old' });
  });

  test('carries an upgrade both ways, and ends it on one side when the other ends', async () => {
    const backend = await echo('1');
    const upgraded: IncomingMessage[] = [];
    backend.server.on('upgrade', (asked, socket) => {
      upgraded.push(asked);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.on('data', (data: Buffer) =>
        data.toString() === 'bye' ? socket.destroy() : socket.write(data),
      );
    });
    const { port } = new URL(await startBalancer([backend]));
    const socket = connect(Number(port), '127.0.0.1');
    closers.push(async () => socket.destroy());
    let got = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      got += text;
    });
    socket.write(
      'GET /v1/socket/?transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    await eventually(() => got).toMatch(/^HTTP\/1\.1 101.*\r\n\r\n$/s);
    expect(upgraded[0]?.headers).toMatchObject({ upgrade: 'websocket', 'x-forwarded-for': '127.0.0.1' });
    socket.write('hello');
    await eventually(() => got.endsWith('hello')).toBe(true);
    const closed = once(socket, 'close');
    socket.write('bye');
    await closed;
  });

  test('gathers up nothing: a reader that stands still holds up the writer', async () => {
    const size = 64 * 1024 * 1024;
    let written = 0;
    const pieces = async function* () {
      const piece = Buffer.alloc(64 * 1024);
      for (; written < size; written += piece.length) yield piece;
    };
    const backend = await startBackend('1', (_, response) => void Readable.from(pieces()).pipe(response));
    const url = await startBalancer([backend]);
    const [response] = (await once(get(url), 'response')) as [IncomingMessage];
    let before = -1;
    // it stands still once the buffers of the system are full
    await eventually(() => {
      const isStill = written > 0 && written === before;
      before = written;
      return isStill;
    }).toBe(true);
    expect(written).toBeLessThan(size / 2);
    let received = 0;
    for await (const piece of response) received += (piece as Buffer).length;
    expect(received).toBe(size);
  });

  test('a browser that goes takes its request along', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    let isAsked = false;
    const backend = await startBackend('1', (asked, response) => {
      isAsked = true;
      gone = once(asked.socket, 'close');
      response.write('begun');
    });
    const asking = request(await startBalancer([backend])).end();
    asking.on('error', () => undefined);
    await eventually(() => isAsked).toBe(true);
    asking.destroy();
    await gone;
  });

  test('what breaks off in the middle is told', async () => {
    const backend = await startBackend('1', (asked) => void asked.socket.destroy());
    expect((await fetch(await startBalancer([backend]))).status).toBe(502);
  });
});
