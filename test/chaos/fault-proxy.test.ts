import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';

let server: Server;
let proxy: FaultProxy;
/** The server's ends of all connections, in order, each with what has arrived on it. */
let arrived: { readonly socket: Socket; text: string }[];
const clients: Socket[] = [];

const collect = (socket: Socket) => {
  const end = { socket, text: '' };
  socket.setEncoding('utf8').on('data', (text: string) => {
    end.text += text;
  });
  socket.on('error', () => undefined);
  return end;
};
const open = async () => {
  const { hostname, port } = new URL(proxy.url);
  const socket = connect(Number(port), hostname);
  clients.push(socket);
  const end = collect(socket);
  await once(socket, 'connect');
  return end;
};
/** A connection through the proxy that has been used, by both of its ends. */
const openUsed = async () => {
  const before = arrived.length;
  const client = await open();
  client.socket.write('a');
  await eventually(() => arrived[before]?.text).toBe('a');
  const far = arrived[before];
  if (far === undefined) throw new Error('nobody came');
  far.socket.write('b');
  await eventually(() => client.text).toBe('b');
  return { client, far };
};

beforeEach(async () => {
  arrived = [];
  server = createServer((socket) => void arrived.push(collect(socket))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  proxy = await startFaultProxy(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  server.close();
});

describe('the network of the trials', () => {
  test.each(['toServer', 'toClient'] as const)(
    'loses %s on open connections, and only that',
    async (lost) => {
      const { client, far } = await openUsed();
      proxy.swallow(lost, 'existing');
      client.socket.write('c');
      far.socket.write('d');
      const other = await openUsed();
      expect(other.client.text, 'a new connection is well').toBe('b');
      await eventually(() => [far.text, client.text]).toEqual(
        lost === 'toServer' ? ['a', 'bd'] : ['ac', 'b'],
      );
      proxy.restore();
      client.socket.write('e');
      far.socket.write('f');
      await eventually(() => [far.text, client.text]).toEqual(
        lost === 'toServer' ? ['ae', 'bdf'] : ['ace', 'bf'],
      );
    },
  );

  test('loses it on new connections as well, if it is to', async () => {
    proxy.swallow('toClient', 'all');
    const first = await open();
    first.socket.write('a');
    await eventually(() => arrived[0]?.text).toBe('a');
    arrived[0]?.socket.write('lost');
    // By the time at which a later connection has come through, what was said on the first is gone.
    const second = await open();
    second.socket.write('a');
    await eventually(() => arrived[1]?.text).toBe('a');
    proxy.restore();
    await openUsed();
    expect([first.text, second.text]).toEqual(['', '']);
  });

  test('does not tell of an end that was lost, until it is restored', async () => {
    const { client, far } = await openUsed();
    proxy.swallow('toServer', 'existing');
    client.socket.destroy();
    await openUsed();
    expect(far.socket.destroyed).toBe(false);
    proxy.restore();
    await eventually(() => far.socket.destroyed).toBe(true);
  });

  test('breaks connections, and refuses new ones for as long as it is to', async () => {
    const { client, far } = await openUsed();
    proxy.refuse();
    await eventually(() => [client.socket.destroyed, far.socket.destroyed]).toEqual([true, true]);
    const refused = await open();
    await eventually(() => refused.socket.destroyed).toBe(true);
    proxy.restore();
    await openUsed();
    proxy.cut();
    await eventually(() => arrived.every(({ socket }) => socket.destroyed)).toBe(true);
    await openUsed();
  });

  test('delays without changing the order', async () => {
    const { client, far } = await openUsed();
    proxy.delay(20);
    for (const text of ['1', '2', '3', '4']) client.socket.write(text);
    await eventually(() => far.text).toBe('a1234');
  });
});
