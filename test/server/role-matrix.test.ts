import type { Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import { agentCommands, agentReads, agentSignals } from '../../protocol/commands.ts';
import type { Refusal } from '../../protocol/errors.ts';
import { protocolVersion } from '../../protocol/version.ts';
import { connectCustomer, connected, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { routes } from './http-routes.ts';
import { bearer, expectProblem, inDatabase, noLimits } from './requests.ts';
import { handedOver, objectBeside, type RoleStage, stageRoles, type Whose } from './role-stage.ts';
import { everyRole, mayAsk, mayCall, maySignal } from './role-table.ts';
import { asking, customerAuth, openSocket, refusalOf } from './socket-client.ts';

const all: readonly Whose[] = ['own', "a colleague's", "another site's"];
/** Refused before anything was looked at, or as if the thing were not there. */
const shut = ['forbidden', 'unauthenticated', 'not_found'];

let server: TestServer;
let stage: RoleStage;
const sockets = new Map<Role, Socket>();
let others: { socket: Socket; cookie: string };
let customer: TestCustomer;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  stage = await stageRoles(server, everyRole);
  const open = (cookie: string) =>
    connected(
      openSocket(server.url, '/desk', { auth: { version: protocolVersion }, extraHeaders: { cookie } }),
    );
  for (const role of everyRole) sockets.set(role, await open(stage.people[role].cookie));
  others = { socket: await open(stage.other.agent.cookie), cookie: stage.other.agent.cookie };
  customer = await connectCustomer(server.url, stage.site.key);
});
afterAll(async () => {
  for (const socket of [...sockets.values(), others.socket]) socket.disconnect();
  customer.close();
  await server.close();
});

const conversationOf = (whose: Whose, role: Role): string => {
  if (whose === 'own') return stage.people[role].conversationId;
  return whose === "another site's" ? stage.other.conversationId : stage.colleagues;
};
/** What a route is about, by its path: most of them a conversation. */
const objectOf = async (route: string, whose: Whose, role: Role): Promise<string> =>
  (await objectBeside(stage, route, whose)) ?? conversationOf(whose, role);
const fileOf = (id: string) => stage.files.get(id) ?? uuidv7();
const isAboutOne = (route: string) => {
  const body = routes[route]?.body ?? {};
  return route.includes('{id}') || 'conversationId' in body || 'id' in body;
};

/** Calls a route as its catalogue says, about this conversation or other thing. */
const call = (route: string, id: string, headers: Record<string, string>) => {
  const [method = '', path = ''] = route.split(' ');
  const { body, query } = routes[route] ?? {};
  const url = `${server.url}${path.replace('{id}', id).replace('{key}', stage.site.key).replace('{file}', fileOf(id))}`;
  const has = (name: string) => body !== undefined && name in body;
  const about = {
    ...(has('cid') && { cid: uuidv7() }),
    ...(has('conversationId') && { conversationId: id }),
    ...(has('id') && { id }),
    ...(has('sites') && { sites: [stage.site.key] }),
  };
  const ids = has('site') ? { ...about, site: stage.site.key } : about;
  return fetch(query === undefined ? url : `${url}?${query}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify({ ...body, ...ids }) }),
  });
};
const problemOf = async (response: Response): Promise<Refusal> => {
  const { instance: _, ...problem } = (await response.json()) as Refusal & { instance: string };
  return problem;
};

/** What each event carries besides its ids is what the route of the same name carries. */
const bodyOf = (event: string, conversationId: string) =>
  event in agentCommands
    ? { ...routes[`POST /v1/desk/commands/${event}`]?.body, cid: uuidv7(), conversationId }
    : { conversationId, after: 0 };

const matrix = (
  table: Readonly<Record<string, readonly Role[]>>,
  whoseOf: (name: string) => readonly Whose[],
) =>
  Object.entries(table).flatMap(([name, allowed]) =>
    everyRole.flatMap((role) =>
      whoseOf(name).map((whose) => [name, role, whose, allowed.includes(role)] as const),
    ),
  );

describe('the matrix leaves nothing out', () => {
  test('every route of the document that agents have, and every event', async () => {
    const document = (await (await fetch(`${server.url}/docs/json`)).json()) as {
      paths: Record<string, Record<string, { security?: object[] }>>;
    };
    const agents = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { security = [] }]) =>
        path.startsWith('/v1/desk') || security.some((one) => 'agent' in one)
          ? [`${method.toUpperCase()} ${path}`]
          : [],
      ),
    );
    expect(agents.sort()).toEqual(Object.keys(mayCall).sort());
    expect(Object.keys({ ...agentCommands, ...agentReads }).sort()).toEqual(Object.keys(mayAsk).sort());
    expect(Object.keys(agentSignals).sort()).toEqual(Object.keys(maySignal).sort());
  });
});

describe('over HTTP', () => {
  const cases = matrix(mayCall, (route) => (isAboutOne(route) ? all : ['own']));

  test.each(cases)('%s, %s, %s', async (route, role, whose, isAllowed) => {
    const { cookie } = stage.people[role];
    const response = await call(route, await objectOf(route, whose, role), { cookie });
    if (!isAllowed) return expectProblem(response, 'forbidden');
    if (whose === "another site's") {
      const unknown = await call(route, uuidv7(), { cookie });
      const problem = await problemOf(response);
      expect(problem.code).toBe('not_found');
      expect(problem, 'what is not theirs looks like what is not there').toEqual(await problemOf(unknown));
      return;
    }
    const text = await response.text();
    if (response.status >= 400) expect(shut, text).not.toContain((JSON.parse(text) as Refusal).code);
    else expect(text).not.toMatch(stage.other.traces);
  });

  test.each(Object.keys(mayCall))('%s, nobody, and a customer', async (route) => {
    const customers = bearer(customer.session.token);
    for (const whose of isAboutOne(route) ? all : (['own'] as const)) {
      const id = await objectOf(route, whose, 'admin');
      await expectProblem(await call(route, id, {}), 'unauthenticated');
      await expectProblem(await call(route, id, customers), 'unauthenticated');
      await expectProblem(await call(route, stage.mine, customers), 'unauthenticated');
    }
  });

  const customersRoutes = Object.keys(routes).filter((route) => routes[route]?.caller === 'customer');
  test.each(customersRoutes)('%s, a role of the company', async (route) => {
    for (const role of everyRole) {
      const { cookie } = stage.people[role];
      await expectProblem(
        await call(route, stage.people[role].conversationId, { cookie }),
        'unauthenticated',
      );
      const token = cookie.replace(/^[^=]*=/, '');
      await expectProblem(await call(route, stage.mine, bearer(token)), 'unauthenticated');
    }
  });

  test('lists hold what is of the own site, and nothing of another', async () => {
    const { admin, product } = stage.people;
    const lists = [
      '/v1/desk/conversations',
      '/v1/feedback',
      '/v1/feedback/export?format=jsonl',
      '/v1/desk/me',
      '/v1/desk/guidance',
    ];
    for (const { cookie, path } of [
      ...lists.flatMap((path) => [admin, product].map(({ cookie }) => ({ cookie, path }))),
      { cookie: admin.cookie, path: '/v1/desk/audit-log?limit=200' },
    ]) {
      const response = await fetch(`${server.url}${path}`, { headers: { cookie } });
      const text = await response.text();
      expect(response.status, text).toBe(200);
      expect(text, path).toMatch(stage.traces);
      expect(text, path).not.toMatch(stage.other.traces);
    }
  });
});

describe('over the socket', () => {
  const socketOf = (role: Role): Socket => {
    const socket = sockets.get(role);
    if (socket === undefined) throw new Error(`no socket for ${role}`);
    return socket;
  };

  test.each(matrix(mayAsk, () => all))('%s, %s, %s', async (event, role, whose, isAllowed) => {
    const reply = await asking(socketOf(role), event, bodyOf(event, conversationOf(whose, role)));
    if (!isAllowed) return expect(reply).toMatchObject({ ok: false, code: 'forbidden' });
    if (whose === "another site's") {
      expect(reply).toEqual(await asking(socketOf(role), event, bodyOf(event, uuidv7())));
      expect(reply).toMatchObject({ ok: false, code: 'not_found' });
    } else if (!reply.ok) expect(shut, JSON.stringify(reply)).not.toContain(reply.code);
    expect(socketOf(role).connected, 'a refusal is no reason to hang up').toBe(true);
  });

  test('without a sign-in, or as a customer, there is no desk; and as an agent no customer', async () => {
    const { token } = customer.session;
    const auth = customerAuth(stage.site.key, token);
    const version = { version: protocolVersion };
    for (const options of [{ auth: version }, { auth: version, extraHeaders: bearer(token) }]) {
      expect((await refusalOf(server.url, '/desk', options)).code).toBe('unauthenticated');
    }
    for (const withToken of [auth, { ...version, token }]) {
      expect((await refusalOf(server.url, '/desk', { auth: withToken })).code).toBe('invalid');
    }
    for (const role of everyRole) {
      const { cookie } = stage.people[role];
      const given = customerAuth(stage.site.key, cookie.replace(/^[^=]*=/, '').slice(0, 200));
      const refused = await refusalOf(server.url, '/customer', { auth: given, extraHeaders: { cookie } });
      expect(refused.code).toBe('unauthenticated');
    }
  });

  test.each(everyRole)('signals of %s', async (role) => {
    const socket = socketOf(role);
    const { id } = stage.people[role];
    const customers = await handedOver(server, stage, role);
    const watcher = await connectCustomer(server.url, stage.site.key, customers);
    const { conversationId } = customers;
    const heard: string[] = [];
    watcher.socket.on('typing', ({ agent }) => heard.push(agent.id));
    const inRoom = () => server.app.realtime.desk.adapter.sids.get(socket.id ?? '')?.size ?? 0;
    const availability = async () => {
      const [row] = await inDatabase(server.databaseUrl, 'select availability from agents where id = $1', [
        id,
      ]);
      return row.availability;
    };
    const onPhone = async () => {
      const text = 'select phone_until from agents where id = $1';
      return (await inDatabase(server.databaseUrl, text, [id]))[0].phone_until !== null;
    };
    /** Handled in this order: what came before has been dealt with. */
    const barrier = () => asking(socket, 'facts:pull', { conversationId, after: 0 });

    const outside = inRoom();
    expect((await asking(socket, 'conversation:watch', { conversationId, after: 0 })).ok).toBe(true);
    expect(inRoom()).toBe(outside + 1);
    socket.emit('typing', { conversationId, isTyping: true });
    socket.emit('availability:set', { availability: 'away' });
    socket.emit('device:set', { phone: 'in_hand' });
    if (maySignal.typing?.includes(role)) await vi.waitFor(() => expect(heard).toEqual([id]));
    if (maySignal['availability:set']?.includes(role)) {
      await vi.waitFor(async () => expect(await availability()).toBe('away'));
      await vi.waitFor(async () => expect(await onPhone()).toBe(true));
    }
    for (const _ of [1, 2, 3]) await barrier();
    expect(heard).toEqual(maySignal.typing?.includes(role) ? [id] : []);
    expect(await availability()).toBe(maySignal['availability:set']?.includes(role) ? 'away' : 'online');
    expect(await onPhone()).toBe(maySignal['device:set']?.includes(role) ?? false);
    // Of what is not watched nobody is seen typing, whoever they are.
    socket.emit('typing', { conversationId: stage.other.conversationId, isTyping: true });
    socket.emit('conversation:unwatch', { conversationId });
    await vi.waitFor(() => expect(inRoom()).toBe(outside));
    watcher.close();
  });
});
