import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connected, newSession, type Session } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';
import { customerAuth, openSocket, refusalOf, socketPath } from './socket-client.ts';

let server: TestServer;
let site: Site;
let session: Session;
let agent: Agent & { cookie: string };

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite(
    { kind: 'page' },
    { key: 'pk_closed', allowedOrigins: ['https://shop.example'] },
  );
  await server.addSite({ kind: 'page' }, { key: 'pk_other', allowedOrigins: ['https://other.example'] });
  agent = await server.addAgent(site);
  session = await newSession(server.url, site.key);
});
afterAll(() => server.close());

const id = '0198c0de-0000-7000-8000-00000000aaaa';

describe('the handshake of a customer', () => {
  const good = () => customerAuth(site.key, session.token);
  const refused: [string, () => object, string][] = [
    ['without anything', () => ({}), 'version_mismatch'],
    ['of an older page', () => ({ ...good(), version: 0 }), 'version_mismatch'],
    ['of a newer page', () => ({ ...good(), version: 2 }), 'version_mismatch'],
    ['with a version that is none', () => ({ ...good(), version: '1' }), 'version_mismatch'],
    ['without a token', () => ({ ...good(), token: undefined }), 'invalid'],
    ['with a token that is no text', () => ({ ...good(), token: { $ne: '' } }), 'invalid'],
    ['with a wrong token', () => ({ ...good(), token: `${session.customerId}.wrong` }), 'unauthenticated'],
    [
      'with a token that looks like an id',
      () => ({ ...good(), token: `${'-'.repeat(36)}.x` }),
      'unauthenticated',
    ],
    ['with a token as long as a book', () => ({ ...good(), token: 'x'.repeat(10_000) }), 'invalid'],
    ['for another site', () => ({ ...good(), site: 'pk_other' }), 'unauthenticated'],
    ['with a stray field', () => ({ ...good(), isAdmin: true }), 'invalid'],
    ['with an id that is none', () => ({ ...good(), conversations: { "'": 0 } }), 'invalid'],
    ['with a seq that is none', () => ({ ...good(), conversations: { [id]: 'x' } }), 'invalid'],
    [
      'reaching for a prototype',
      () => ({ ...good(), conversations: JSON.parse('{"__proto__":1}') }),
      'invalid',
    ],
    [
      'with too many conversations',
      () => ({
        ...good(),
        conversations: Object.fromEntries(
          Array.from({ length: 11 }, (_, n) => [id.slice(0, -2) + (10 + n), 0]),
        ),
      }),
      'invalid',
    ],
  ];
  test.each(refused)('%s', async (_name, auth, code) => {
    const { refusal, ...told } = await refusalOf(server.url, '/customer', { auth: auth() });
    expect(told.code).toBe(code);
    expect(refusal).toMatchObject({ ok: false, code });
  });

  test.each(['websocket', 'polling'])('from a foreign page, by %s', async (transport) => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://shop.example',
      'https://shop.example:444',
    ]) {
      const headers = { transports: [transport], extraHeaders: { origin } };
      const { refusal } = await refusalOf(server.url, '/customer', { auth: good(), ...headers });
      expect(refusal, 'refused before any handshake').toBeUndefined();
    }
    // Known to this server, but not for this site: refused at the handshake, with a reason.
    const { code } = await refusalOf(server.url, '/customer', {
      auth: good(),
      transports: [transport],
      extraHeaders: { origin: 'https://other.example' },
    });
    expect(code).toBe('origin_not_allowed');
  });

  test.each(['websocket', 'polling'])('from a listed page and from our own, by %s', async (transport) => {
    for (const origin of ['https://shop.example', server.url]) {
      const options = { auth: good(), transports: [transport], extraHeaders: { origin } };
      const socket = await connected(openSocket(server.url, '/customer', options));
      socket.disconnect();
    }
  });

  test('a foreign page cannot read what polling answers; a listed one and our own can', async () => {
    const poll = (origin: string) =>
      fetch(`${server.url}${socketPath}/?EIO=4&transport=polling`, { headers: { origin } });
    const evil = await poll('https://evil.example');
    expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    for (const origin of ['https://shop.example', server.url]) {
      const allowed = await poll(origin);
      expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
      expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });
});

describe('the handshake of an agent', () => {
  const refused: [string, () => { auth?: object; extraHeaders?: Record<string, string> }, string][] = [
    [
      'of an older page',
      () => ({ auth: { version: 0 }, extraHeaders: { cookie: agent.cookie } }),
      'version_mismatch',
    ],
    ['without a cookie', () => ({}), 'unauthenticated'],
    [
      'with a tampered cookie',
      () => ({ extraHeaders: { cookie: agent.cookie.replace(/=./, '=_') } }),
      'unauthenticated',
    ],
    ["with a customer's token", () => ({ auth: { version: 1, token: session.token } }), 'invalid'],
    [
      'from another page on this machine',
      () => ({ extraHeaders: { cookie: agent.cookie, 'sec-fetch-site': 'cross-site' } }),
      'forbidden',
    ],
    [
      "from a customer's page",
      () => ({ extraHeaders: { cookie: agent.cookie, origin: 'https://shop.example' } }),
      'forbidden',
    ],
  ];
  test.each(refused)('%s', async (_name, options, code) => {
    const told = await refusalOf(server.url, '/desk', { auth: { version: 1 }, ...options() });
    expect(told.code).toBe(code);
  });

  test('with a good cookie from our own page, also by polling', async () => {
    for (const transport of ['websocket', 'polling']) {
      const extraHeaders = { cookie: agent.cookie, origin: server.url };
      const options = { auth: { version: 1 }, transports: [transport], extraHeaders };
      const socket = await connected(openSocket(server.url, '/desk', options));
      socket.disconnect();
    }
  });
});

test.each(['/', '/admin', '/customer/x', '/__proto__'])('the namespace %s is nobody’s', async (namespace) => {
  const { code } = await refusalOf(server.url, namespace, { auth: customerAuth(site.key, session.token) });
  expect(['not_found', 'Invalid namespace']).toContain(code);
});
