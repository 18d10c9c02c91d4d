import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/start.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { createDatabase, startTestServer } from '../support/server.ts';
import { bearer, expectProblem, json, noLimits } from './requests.ts';

/** A word that customers say here and nobody else: found again in a log or a metric it was leaked. */
const word = 'Xylophon7';
let lines = '';
let database: { url: string; drop(): Promise<void> };
let server: RunningServer;
let bot: TestBot;
let site: Site;

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines += String(chunk);
      done();
    },
  });
  const config = {
    ...readConfig({ PORT: '0', OUTBOUND_ALLOW: '127.0.0.1' }),
    ...noLimits,
    databaseUrl: database.url,
  };
  server = await startServer(config, pino({ level: 'trace' }, sink));
  bot = await startTestBot((_turn, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ oops: word }));
  });
  const bare = { title: 'Help', answeredBy: 'Us', allowedOrigins: [], suggestions: [] };
  site = await server.store.sites.save({
    ...bare,
    bot: { kind: 'http', url: bot.url, secret: 'bot secret' },
  });
});
afterAll(async () => {
  await server.close();
  await bot.close();
  await database.drop();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });

describe('health', () => {
  test('the process lives and can do its work', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', database: true, redis: null, isStopping: false });
  });

  test('without its database it is unready, says so, and lives on', async () => {
    const lost = await startTestServer(inject('postgresUrl'), noLimits);
    const pg = await import('pg');
    const admin = new pg.default.Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    await admin.query(`drop database ${new URL(lost.databaseUrl).pathname.slice(1)} with (force)`);
    await admin.end();
    const ready = await fetch(`${lost.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'unready', database: false });
    expect((await fetch(`${lost.url}/healthz`)).status).toBe(200);
    const refused = await fetch(`${lost.url}/v1/sessions`, json({ site: 'pk_demo' }));
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      503,
      expect.stringMatching(/problem\+json/),
    ]);
    await lost.close();
  });

  test('a server that is stopping is unready', async () => {
    const stopping = await startTestServer(inject('postgresUrl'), noLimits);
    // Asked from within: from outside nobody new is let in any more.
    const seen: unknown[] = [];
    stopping.app.realtime.close = new Proxy(stopping.app.realtime.close, {
      async apply(close, self) {
        const { statusCode } = await stopping.app.inject('/readyz').catch(() => ({ statusCode: 503 }));
        seen.push(statusCode);
        return Reflect.apply(close, self, []);
      },
    });
    await stopping.close();
    expect(seen).toEqual([503]);
  });
});

describe('metrics', () => {
  test('are for this machine, or for whoever has the token', async () => {
    const local = await get('/metrics');
    expect(local.status).toBe(200);
    expect(local.headers.get('content-type')).toMatch(/^text\/plain/);
    const far = await server.app.inject({ url: '/metrics', remoteAddress: '203.0.113.5' });
    expect([far.statusCode, far.json().code]).toEqual([403, 'forbidden']);
    for (const header of ['x-forwarded-for', 'forwarded']) {
      const proxied = await fetch(`${server.url}/metrics`, { headers: { [header]: '127.0.0.1' } });
      await expectProblem(proxied, 'forbidden');
    }
    const guarded = await startTestServer(inject('postgresUrl'), { metricsToken: 'a token for metrics' });
    const ask = (authorization: string) => fetch(`${guarded.url}/metrics`, { headers: { authorization } });
    for (const wrong of ['', 'Bearer x', 'Bearer a token for metricz', 'a token for metrics']) {
      await expectProblem(await ask(wrong), 'forbidden');
    }
    expect((await ask('Bearer a token for metrics')).status).toBe(200);
    await guarded.close();
  });
});

describe('what people say', () => {
  test('is in no log and no metric; neither is what lets one in', async () => {
    const agent = await server.store.agents.add({
      name: 'Ana',
      email: 'ana@test.example',
      role: 'lead',
      siteIds: [site.id],
    });
    const link = await server.app.identity.signInLink(agent.email, server.url);
    const linkToken = new URL(link).searchParams.get('token') ?? '';
    const signedIn = await fetch(link, { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const customer = await connectCustomer(server.url, site.key);
    const desk = await connectAgent(server.url, cookie);
    const { token } = customer.session;
    await customer.send('message:send', {
      text: `Where is my ${word}?`,
      context: { page: { url: `https://a.example/${word}`, title: word } },
    });
    await customer.until('answer.ended');
    await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: ['wrong'], comment: word });
    await customer.send('handoff:request', {});
    await desk.send('handoff:accept', customer.conversationId, {});
    await desk.send('message:send', customer.conversationId, { text: word });
    await desk.send('note:add', customer.conversationId, { text: word });
    // Wrong in all the ways that are logged with some detail.
    await customer.send('message:send', { text: word, stray: word } as never);
    await fetch(`${server.url}/v1/commands/message:send`, json({ text: word }, bearer(token)));
    await fetch(`${server.url}/v1/commands/message:send`, {
      ...json({}, bearer(token)),
      body: `{"text":"${word}"`,
    });
    await get(`/v1/feedback?text=${word}`, { cookie });
    await (await get(`/v1/feedback/export?format=csv&text=${word}`, { cookie })).text();
    await fetch(
      `${server.url}/api/auth/sign-in/email`,
      json({ email: agent.email, password: `wrong ${word}` }, { origin: server.url }),
    );
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/handrail_commands_total\{command="message:send",result="ok"\} [1-9]/);
    expect(metrics).toMatch(/handrail_handoff_wait_seconds_count 1/);
    for (const text of [metrics, lines]) {
      const secrets = {
        word,
        token: token.split('.')[1] ?? '-',
        cookie: cookie.split('=')[1] ?? '-',
        linkToken,
        botSecret: 'bot secret',
      };
      for (const [name, secret] of Object.entries(secrets)) expect(text.includes(secret), name).toBe(false);
    }
    expect(lines).toContain('"url":"/v1/feedback"');
    expect(lines).toContain('bot failed');
    customer.close();
    desk.close();
  });

  test('is not quoted in an error of the database', async () => {
    const before = lines.length;
    const failing = server.store.db
      .insertInto('sites')
      .values({ key: word } as never)
      .execute();
    const error = await failing.catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).toContain(word);
    server.app.log.error({ err: error }, 'shown');
    const logged = lines.slice(before);
    expect(logged).toContain('shown');
    expect(logged).not.toContain(word);
  });
});

describe('the documents', () => {
  interface Operation {
    tags?: string[];
    responses?: object;
    parameters?: { in: string; name: string; required?: boolean }[];
    requestBody?: { content: Record<string, { schema: object }> };
  }

  test('are OpenAPI 3.1, say what each route takes, and are shown under a strict policy', async () => {
    const document = (await (await get('/docs/json')).json()) as {
      openapi: string;
      info: object;
      paths: Record<string, Record<string, Operation>>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Handrail', version: expect.any(String) });
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        expect(operation.tags?.length, path).toBe(1);
        expect(Object.keys(operation.responses ?? {}).length, path).toBeGreaterThan(0);
        const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path');
        expect(inPath.map((one) => one.name)).toEqual(named);
        expect(inPath.every((one) => one.required)).toBe(true);
        if (method === 'post')
          expect(Object.values(operation.requestBody?.content ?? {})[0]?.schema, path).toBeTypeOf('object');
      }
    }
    const page = await get('/docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
  });

  test('every answer keeps browsers from guessing and from framing', async () => {
    for (const path of ['/healthz', '/v1/nothing', `/v1/sites/${site.key}`]) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});
