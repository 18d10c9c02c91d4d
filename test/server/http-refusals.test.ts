import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RefusalCode } from '../../protocol/errors.ts';
import { RefusalError } from '../../server/plugins/errors.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { newSession, type Session } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { conversationId, ids, type Route, routes, unknownId } from './http-routes.ts';
import { bearer, contentsOf, expectProblem, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let owner: Session;
let stranger: Session;
let ofOtherSite: Session;
let agent: Agent & { cookie: string };
let otherAgent: Agent & { cookie: string };

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite(
    { kind: 'page' },
    { key: 'pk_closed', allowedOrigins: ['https://shop.example'] },
  );
  const other = await server.addSite(
    { kind: 'page' },
    { key: 'pk_other', allowedOrigins: ['https://other.example'] },
  );
  [agent, otherAgent] = await Promise.all([
    server.addAgent(site, 'Ana', 'admin'),
    server.addAgent(other, 'Ana', 'admin'),
  ]);
  owner = await newSession(server.url, site.key);
  stranger = await newSession(server.url, site.key);
  ofOtherSite = await newSession(server.url, other.key);
  const asked = await fetch(`${server.url}/v1/commands/handoff:request`, json(ids, bearer(owner.token)));
  expect(asked.status).toBe(200);
  // What the queue says a moment later must not look like something that a refused request did.
  const told = { name: 'queue:tell', place: 1, isAnyoneOnline: false, wait: null } as const;
  await server.app.engine.forServer(conversationId, told).catch((error: unknown) => {
    // The queue may have been faster.
    if (!(error instanceof RefusalError && error.code === 'already_told')) throw error;
  });
});
afterAll(() => server.close());

const split = (name: string) => {
  const [method = '', path = ''] = name.split(' ');
  return {
    method,
    path: path.replace('{key}', 'pk_closed').replace('{id}', conversationId).replace('{file}', unknownId),
  };
};
const credentials = (caller: Route['caller']): Record<string, string> =>
  caller === 'customer' ? bearer(owner.token) : caller === 'agent' ? { cookie: agent.cookie } : {};

const call = (
  name: string,
  more: { headers?: Record<string, string>; body?: string; method?: string; query?: string } = {},
) => {
  const { method, path } = split(name);
  const route = routes[name];
  const query = more.query ?? route?.query;
  const hasBody = route?.body !== undefined;
  return fetch(`${server.url}${path}${query === undefined ? '' : `?${query}`}`, {
    method: more.method ?? method,
    headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...more.headers },
    ...(hasBody ? { body: more.body ?? JSON.stringify(route?.body) } : {}),
  });
};

const named = Object.entries(routes);
const ofCaller = (...callers: Route['caller'][]) =>
  named.filter(([, route]) => callers.includes(route.caller));
const withBody = named.filter(([, route]) => route.body !== undefined);

describe('HTTP: what is not allowed is refused, and changes nothing', () => {
  let before: Record<string, number>;
  beforeAll(async () => {
    before = await contentsOf(server.databaseUrl);
  });
  afterAll(async () => {
    expect(await contentsOf(server.databaseUrl), 'rows of every table').toEqual(before);
  });

  test('no route is forgotten here', async () => {
    const document = (await (await fetch(`${server.url}/docs/json`)).json()) as {
      paths: Record<string, object>;
    };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(Object.keys(routes).sort());
  });

  test.each(ofCaller('customer', 'agent'))('%s: without credentials', async (name, { caller }) => {
    await expectProblem(await call(name), 'unauthenticated');
    const [id, secret] = owner.token.split('.');
    const wrong =
      caller === 'customer'
        ? [
            { cookie: agent.cookie },
            bearer('x'),
            bearer(`${id}.x`),
            bearer(`${unknownId}.${secret}`),
            bearer(`${'-'.repeat(36)}.x`),
            { authorization: `Basic ${owner.token}` },
          ]
        : [bearer(owner.token), { cookie: 'handrail.session_token=x' }, { cookie: `${agent.cookie}x` }];
    for (const headers of wrong) await expectProblem(await call(name, { headers }), 'unauthenticated');
  });

  test.each(withBody)('%s: bodies that do not fit', async (name, { caller, body }) => {
    const headers = credentials(caller);
    const field = Object.keys(body ?? {})[0] ?? '';
    const good = JSON.stringify(body);
    const bad: [string, RefusalCode][] = [
      ['{"', 'invalid'],
      ['', 'invalid'],
      ['null', 'invalid'],
      ['[]', 'invalid'],
      ['"text"', 'invalid'],
      ['{}', 'invalid'],
      [JSON.stringify({ ...body, stray: 1 }), 'invalid'],
      [JSON.stringify({ ...body, [field]: { $gt: '' } }), 'invalid'],
      [good.replace('{', '{"__proto__":{"isAdmin":true},'), 'invalid'],
      [good.replace('{', '{"constructor":{"prototype":{}},'), 'invalid'],
      [JSON.stringify({ ...body, stray: 'x'.repeat(70_000) }), 'too_large'],
    ];
    for (const [text, code] of bad) await expectProblem(await call(name, { headers, body: text }), code);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/xml',
    ]) {
      await expectProblem(await call(name, { headers: { ...headers, 'content-type': type } }), 'invalid');
    }
  });

  test.each(named.filter(([, route]) => route.query !== undefined))(
    '%s: queries that do not fit',
    async (name, { caller, query }) => {
      const headers = credentials(caller);
      const bad = ['stray=1', 'after=-1&limit=0&format=pdf', `${query}&__proto__=1`, `${query}&${query}`];
      for (const query of bad) await expectProblem(await call(name, { headers, query }), 'invalid');
    },
  );

  test.each(named.filter(([name]) => /\{/.test(name)))(
    '%s: addresses that do not fit',
    async (name, { caller }) => {
      const { method, path } = split(name);
      const paths = ["'", '%00', 'x', conversationId.toUpperCase(), 'x'.repeat(150)].map((id) =>
        path.replace(/pk_closed|0198c0de-[0-9a-f-]+/, id),
      );
      for (const bad of paths) {
        const response = await fetch(`${server.url}${bad}`, { method, headers: credentials(caller) });
        await expectProblem(response, 'invalid');
      }
    },
  );

  test.each(named)('%s: other methods', async (name, { caller }) => {
    const method = split(name).method === 'GET' ? 'POST' : 'GET';
    for (const other of [method, 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(`${server.url}${split(name).path}`, {
        method: other,
        headers: credentials(caller),
      });
      await expectProblem(response, 'not_found');
    }
  });

  test.each(ofCaller('customer', 'agent').concat(named.filter(([name]) => /sites|sessions/.test(name))))(
    '%s: from a foreign page',
    async (name, { caller }) => {
      // The other site's origin is known to this server: its answers may be read there, but it gets a refusal.
      for (const origin of [
        'https://evil.example',
        'https://shop.example.evil.example',
        'http://shop.example',
        'null',
        'https://other.example',
      ]) {
        const response = await call(name, { headers: { ...credentials(caller), origin } });
        if (origin !== 'https://other.example' || caller === 'agent') {
          expect(response.headers.get('access-control-allow-origin'), origin).toBeNull();
        }
        await expectProblem(response, caller === 'agent' ? 'forbidden' : 'origin_not_allowed');
      }
    },
  );

  test('a preflight from a foreign page is not answered with leave', async () => {
    for (const name of Object.keys(routes)) {
      const headers = {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const response = await fetch(`${server.url}${split(name).path}`, { method: 'OPTIONS', headers });
      expect(response.headers.get('access-control-allow-origin'), name).toBeNull();
      expect(response.headers.get('access-control-allow-methods'), name).toBeNull();
    }
  });

  /** Commands that start a conversation, if it is not there yet. */
  const starting = /message:send|handoff:request|transcript:share|feedback:share/;
  const elsewhere = named.filter(
    ([name, { caller }]) =>
      caller === 'customer' &&
      name !== 'GET /v1/conversations' &&
      !/sessions/.test(name) &&
      !starting.test(name),
  );
  test.each(elsewhere)("%s: in another customer's conversation", async (name, { body }) => {
    for (const { token } of [stranger, ofOtherSite]) {
      await expectProblem(await call(name, { headers: bearer(token) }), 'not_found');
      if (body === undefined) continue;
      const unknown = JSON.stringify({ ...body, conversationId: unknownId });
      await expectProblem(await call(name, { headers: bearer(token), body: unknown }), 'not_found');
    }
  });

  test('starting a conversation under the id of another is refused', async () => {
    for (const { token } of [stranger, ofOtherSite]) {
      for (const [name] of named.filter(
        ([route, { caller }]) => caller === 'customer' && starting.test(route),
      )) {
        await expectProblem(await call(name, { headers: bearer(token) }), 'not_found');
      }
      const own = await (await fetch(`${server.url}/v1/conversations`, { headers: bearer(token) })).json();
      expect(own).toEqual({ conversations: [] });
    }
  });

  test("an agent of another site sees nothing of this site's", async () => {
    const headers = { cookie: otherAgent.cookie };
    await expectProblem(await call('GET /v1/desk/conversations/{id}', { headers }), 'not_found');
    await expectProblem(await call('GET /v1/desk/conversations/{id}/facts', { headers }), 'not_found');
    for (const [name] of named.filter(([route]) => route.includes('/desk/commands/'))) {
      await expectProblem(await call(name, { headers }), 'not_found');
    }
    const desk = await (await call('GET /v1/desk/conversations', { headers })).json();
    expect(desk).toEqual({ conversations: [] });
    const me = await (await call('GET /v1/desk/me', { headers })).json();
    expect(me).toMatchObject({ id: otherAgent.id, sites: [{ key: 'pk_other' }] });
  });

  test('what is not there, and a Host that is none', async () => {
    await expectProblem(await fetch(`${server.url}/v1/sites/pk_nobody`), 'site_not_found');
    await expectProblem(
      await fetch(`${server.url}/v1/sessions`, json({ site: 'pk_nobody' })),
      'site_not_found',
    );
    await expectProblem(await fetch(`${server.url}/v1/nothing`), 'not_found');
    await expectProblem(await fetch(`${server.url}/v1/%2e%2e/%2e%2e/package.json`), 'not_found');
    const response = await server.app.inject({
      url: '/api/auth/magic-link/verify?token=x',
      headers: { host: 'a b' },
    });
    expect([response.statusCode, response.json().code]).toEqual([400, 'invalid']);
  });
});

describe('HTTP: what is allowed', () => {
  test('the listed origin may use its site, and no other origin is told so', async () => {
    const headers = { ...bearer(owner.token), origin: 'https://shop.example' };
    const response = await call('GET /v1/conversations', { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(response.headers.get('vary')).toMatch(/origin/i);
    expect(response.headers.get('access-control-allow-credentials'), 'cookies stay at home').toBeNull();
    const preflight = await fetch(`${server.url}/v1/commands/message:send`, {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
  });

  test('our own page may use every site', async () => {
    const response = await call('GET /v1/conversations', {
      headers: { ...bearer(owner.token), origin: server.url },
    });
    expect(response.status).toBe(200);
  });
});
