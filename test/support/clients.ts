import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { uuidv7 as v7 } from 'uuidv7';
import type { AgentCommands, CommandReply, CustomerCommands } from '../../protocol/commands.ts';
import type { Fact, FactOf, FactType } from '../../protocol/conversation.ts';
import type {
  AgentToServer,
  CustomerToServer,
  FactsEvent,
  ServerToAgent,
  ServerToCustomer,
} from '../../protocol/events.ts';
import { protocolVersion } from '../../protocol/version.ts';

type Without<B> = Omit<B, 'cid' | 'conversationId'>;
const waitMs = 15_000;
const pullEveryMs = 100;

/** Keeps the facts that a socket brings, in order and once, and lets a test wait for one. */
interface FactLog {
  readonly facts: Fact[];
  take(event: FactsEvent): void;
  /** Takes a page from the beginning, also where something live came before it. */
  takePage(page: FactsEvent): void;
  seq(): number;
  until<T extends FactType>(type: T, where?: (fact: FactOf<T>) => boolean): Promise<FactOf<T>>;
}

function createFactLog(): FactLog {
  const facts: Fact[] = [];
  let seq = 0;
  const waiting = new Set<() => void>();
  const take = (event: FactsEvent) => {
    if (event.through <= seq) return;
    facts.push(...event.facts.filter((fact) => fact.seq > seq));
    seq = event.through;
    for (const check of waiting) check();
  };
  return {
    facts,
    take,
    takePage(page: FactsEvent) {
      const first = facts[0]?.seq ?? 0;
      facts.unshift(...page.facts.filter((fact) => fact.seq < first));
      for (const check of waiting) check();
      take(page);
    },
    seq: () => seq,
    until<T extends FactType>(type: T, where: (fact: FactOf<T>) => boolean = () => true): Promise<FactOf<T>> {
      return new Promise((resolve, reject) => {
        const check = () => {
          const found = facts.find(
            (fact): fact is FactOf<T> => fact.type === type && where(fact as FactOf<T>),
          );
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(
            new Error(`no ${type} in ${waitMs} ms; facts: ${facts.map((fact) => fact.type).join(', ')}`),
          );
        }, waitMs);
        waiting.add(check);
        check();
      });
    },
  };
}

export interface Session {
  readonly customerId: string;
  readonly token: string;
}

export async function newSession(url: string, site: string): Promise<Session> {
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Session;
}

export async function connected<S extends Socket>(socket: S): Promise<S> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** A customer over the real socket, as the widget is one. */
export async function connectCustomer(
  url: string,
  site: string,
  options: {
    session?: Session;
    conversationId?: string;
    after?: number;
    headers?: Record<string, string>;
    /** Asks for what it lacks while it waits, as after a head: two servers without a Redis tell only their own. */
    pulls?: boolean;
  } = {},
) {
  const session = options.session ?? (await newSession(url, site));
  const conversationId = options.conversationId ?? v7();
  const log = createFactLog();
  const socket: Socket<ServerToCustomer, CustomerToServer> = io(`${url}/customer`, {
    path: '/v1/socket',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: options.headers ?? {},
    auth: {
      version: protocolVersion,
      site,
      token: session.token,
      conversations: { [conversationId]: options.after ?? 0 },
    },
  });
  // Behind a gap there is nothing to take: the pull brings what is missing, and this with it.
  socket.on('facts', (event) => (options.pulls && event.after > log.seq() ? undefined : log.take(event)));
  await connected(socket);
  const pull = async () => {
    const page = await socket.timeout(waitMs).emitWithAck('facts:pull', { conversationId, after: log.seq() });
    if (page.ok) log.take(page);
  };
  const until: FactLog['until'] = async (...wanted) => {
    if (!options.pulls) return log.until(...wanted);
    const found = log.until(...wanted);
    // One that is not answered shows in what is waited for.
    const timer = setInterval(() => void pull().catch(() => undefined), pullEveryMs);
    return found.finally(() => clearInterval(timer));
  };
  return {
    session,
    conversationId,
    socket,
    ...log,
    until,
    send<N extends keyof CustomerCommands>(
      name: N,
      body: Without<CustomerCommands[N]>,
      cid: string = v7(),
    ): Promise<CommandReply> {
      const command = { cid, conversationId, ...body };
      return (socket as Socket).timeout(waitMs).emitWithAck(name, command) as Promise<CommandReply>;
    },
    close: () => socket.disconnect(),
  };
}
export type TestCustomer = Awaited<ReturnType<typeof connectCustomer>>;

/** An agent over the real socket, as the console is one. */
export async function connectAgent(url: string, cookie: string) {
  const log = createFactLog();
  const socket: Socket<ServerToAgent, AgentToServer> = io(`${url}/desk`, {
    path: '/v1/socket',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { cookie },
    auth: { version: protocolVersion },
  });
  socket.on('facts', log.take);
  const desk = new Promise<Parameters<ServerToAgent['desk']>[0]>((resolve) => socket.once('desk', resolve));
  await connected(socket);
  await desk;
  return {
    socket,
    desk,
    ...log,
    send<N extends keyof AgentCommands>(
      name: N,
      conversationId: string,
      body: Without<AgentCommands[N]>,
      cid: string = v7(),
    ): Promise<CommandReply> {
      return (socket as Socket)
        .timeout(waitMs)
        .emitWithAck(name, { cid, conversationId, ...body }) as Promise<CommandReply>;
    },
    async watch(conversationId: string): Promise<void> {
      const page = await socket
        .timeout(waitMs)
        .emitWithAck('conversation:watch', { conversationId, after: 0 });
      if (page.ok) log.takePage(page);
      else throw new Error(page.code);
    },
    close: () => socket.disconnect(),
  };
}

export const strangerId = () => randomUUID();
