import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openWire } from '../../bench/wire.ts';

const http = createServer();
const io = new Server(http, { path: '/v1/socket' });
let url = '';
beforeAll(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => io.close());

/** Longer than what is read at once, with letters of several bytes that a cut may go through. */
const sizes = [0, 1, 124, 125, 126, 16_383, 16_384, 65_535, 65_536, 300_000];
const textOf = (size: number) => 'aé✓😀'.repeat(Math.ceil(size / 10)).slice(0, size);

test('the client that measures takes frames of every size whole, and leaves alone what it is not asked for', async () => {
  io.on('connection', (socket) => {
    socket.on('tell', (_body: object, done: (answer: number) => void) => {
      for (const size of sizes) {
        socket.emit('rows', { text: textOf(300_000 - size) });
        socket.emit('facts', { size, text: textOf(size) });
      }
      done(sizes.length);
    });
  });
  const open = async (only?: string) => {
    const events: [string, { size?: number; text: string }][] = [];
    const wire = await openWire({
      url,
      namespace: '',
      auth: {},
      onEvent: (json) => void events.push(JSON.parse(json)),
      onLost: () => undefined,
      ...(only === undefined ? {} : { only }),
    });
    expect(await wire.request('tell', {})).toBe(sizes.length);
    wire.close();
    return events;
  };
  const all = await open();
  expect(all.map(([name]) => name)).toEqual(sizes.flatMap(() => ['rows', 'facts']));
  const facts = await open('facts');
  expect(facts).toEqual(sizes.map((size) => ['facts', { size, text: textOf(size) }]));
  expect(all.filter(([name]) => name === 'facts')).toEqual(facts);
  await vi.waitFor(() => expect(io.sockets.sockets.size).toBe(0));
});
