import { connect } from 'node:net';
import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { connectCustomer, newSession, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';
import { asking, customerAuth, socketPath } from './socket-client.ts';

let server: TestServer;
let site: Site;
let witness: TestCustomer;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  witness = await connectCustomer(server.url, site.key);
});
afterAll(async () => {
  witness.close();
  await server.close();
});

const address = () => `${server.url.replace('http', 'ws')}${socketPath}/?EIO=4&transport=websocket`;

/** Sends frames as they are and leaves. The server runs in this process: what it throws, the test run reports. */
async function sendFrames(frames: readonly (string | Uint8Array<ArrayBuffer>)[]): Promise<void> {
  const socket = new WebSocket(address());
  const ended = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve());
  });
  await new Promise<void>((resolve) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => resolve());
  });
  for (const frame of frames) if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  socket.close();
  await ended;
}

async function expectAlive(): Promise<void> {
  const { conversationId } = witness;
  const reply = await asking(witness.socket as Socket, 'facts:pull', { conversationId, after: 0 });
  expect(reply).toMatchObject({ ok: false, code: 'not_found' });
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
}

const frames: [string, string[]][] = [
  ['nothing', ['']],
  ['no packet type', ['x', '9', '{}', '\u0000']],
  ['a ping from the wrong side', ['2', '3probe', '5', '6']],
  [
    'a connect that is none',
    [
      '40',
      '40/customer',
      '40/customer,',
      '40/customer,null',
      '40/customer,"x"',
      '40/customer,[1]',
      '40/customer,{',
    ],
  ],
  [
    'a connect to a prototype',
    ['40/__proto__,{}', '40/constructor,{}', '40/customer,{"__proto__":{"version":1}}'],
  ],
  [
    'an event before the connect',
    ['42["message:send",{}]', '42/customer,1["message:send",{}]', '42/desk,1["handoff:accept",{}]'],
  ],
  ['an answer nobody waits for', ['43/customer,1[]', '43/customer,99999999999999999999[]']],
  [
    'attachments that never come',
    ['451-/customer,["message:send",{"_placeholder":true,"num":0}]', '45999999999-["x"]', '46-1-["x"]'],
  ],
  ['an error from the wrong side', ['44/customer,{"message":"x"}', '44']],
  ['deep nesting', [`42/customer,1["x",${'['.repeat(20_000)}${']'.repeat(20_000)}]`]],
];

test.each(frames)('%s harms nobody else', async (_name, sent) => {
  for (const frame of sent) await sendFrames([frame]);
  await sendFrames(sent);
  await expectAlive();
});

test('the same from one who is let in', async () => {
  const { token } = await newSession(server.url, site.key);
  const admitted = `40/customer,${JSON.stringify(customerAuth(site.key, token))}`;
  const inside = [
    '42/customer,["message:send"]',
    '42/customer,1[]',
    '42/customer,1[null]',
    '42/customer,1[{"a":1},{}]',
    '42/customer,1["message:send"]',
    '42/customer,1["message:send",{},{},{}]',
    '42/customer,1["__proto__",{}]',
    '42/customer,1["disconnect",{}]',
    '42/customer,1["connect",{}]',
    '452-/customer,1["message:send",{"_placeholder":true,"num":5}]',
    '41/customer,',
  ];
  for (const frame of inside) await sendFrames([admitted, frame]);
  await sendFrames([admitted, ...inside]);
  await expectAlive();
});

test('whatever bytes come', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `42/customer,1${rest}`),
    fc.json().map((rest) => `42/customer,7${rest}`),
  );
  const frame = fc.oneof(
    text,
    fc.uint8Array({ maxLength: 64 }).map((bytes) => new Uint8Array(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), (sent) => sendFrames(sent)),
    { numRuns: 60 },
  );
  await expectAlive();
});

test('connections that speak no protocol at all', async () => {
  const { port, hostname } = new URL(server.url);
  const upgrade = `GET ${socketPath}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const openings = [
    '\0\xff\xfe',
    'GET / HTTP/9.9\r\n\r\n',
    `${upgrade}\r\n`,
    `${upgrade}${key}\xff\xff\xff\xff`,
    `${upgrade.replace('EIO=4', 'EIO=3')}${key}`,
  ];
  for (const opening of openings) {
    const socket = connect(Number(port), hostname);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.resume();
    socket.end(Buffer.from(opening, 'latin1'));
    await closed;
  }
  for (const query of [
    '',
    '?EIO=4',
    '?EIO=4&transport=x',
    '?EIO=4&transport=polling&sid=x',
    '?EIO=3&transport=polling',
    '?EIO=4&transport=polling&sid=__proto__',
  ]) {
    expect((await fetch(`${server.url}${socketPath}/${query}`)).status).toBe(400);
  }
  await expectAlive();
});
