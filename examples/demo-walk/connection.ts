import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import type { AgentCommands, CommandReply, CustomerCommands } from '../../protocol/commands.ts';
import type {
  AgentToServer,
  CustomerToServer,
  FactsPage,
  ServerToAgent,
  ServerToCustomer,
} from '../../protocol/events.ts';
import type { NewSession } from '../../protocol/session.ts';
import { protocolVersion } from '../../protocol/version.ts';

export type CustomerSocket = Socket<ServerToCustomer, CustomerToServer>;
export type AgentSocket = Socket<ServerToAgent, AgentToServer>;
export type CommandBody<C> = Omit<C, 'cid' | 'conversationId'>;

const replyWaitMs = 30_000;
const transport = { path: '/v1/socket', transports: ['websocket'], forceNew: true, reconnection: false };

export async function openSession(url: string, site: string): Promise<NewSession> {
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site }),
  });
  if (!response.ok) throw new Error(`no session: ${await response.text()}`);
  return response.json() as Promise<NewSession>;
}

/** Opens a customer's socket that resumes behind `after`. `prepare` adds the listeners before anything can come. */
export function openCustomerSocket(
  options: { url: string; site: string; token: string; conversationId: string; after: number },
  prepare: (socket: CustomerSocket) => void,
): Promise<CustomerSocket> {
  const { url, site, token, conversationId, after } = options;
  const auth = { version: protocolVersion, site, token, conversations: { [conversationId]: after } };
  const socket: CustomerSocket = io(`${url}/customer`, { ...transport, auth });
  prepare(socket);
  return connected(socket);
}

export function openAgentSocket(
  options: { url: string; cookie: string },
  prepare: (socket: AgentSocket) => void,
): Promise<AgentSocket> {
  const socket: AgentSocket = io(`${options.url}/desk`, {
    ...transport,
    auth: { version: protocolVersion },
    extraHeaders: { cookie: options.cookie },
  });
  prepare(socket);
  return connected(socket);
}

async function connected<S extends Pick<Socket, 'once'>>(socket: S): Promise<S> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Sends a command and waits for the server's reply. The same `cid` again is the same command (D1). */
export function sendAsCustomer<N extends keyof CustomerCommands>(
  socket: CustomerSocket,
  name: N,
  conversationId: string,
  body: CommandBody<CustomerCommands[N]>,
  cid: string = uuidv7(),
): Promise<CommandReply> {
  return emit(socket, name, { cid, conversationId, ...body });
}

export function sendAsAgent<N extends keyof AgentCommands>(
  socket: AgentSocket,
  name: N,
  conversationId: string,
  body: CommandBody<AgentCommands[N]>,
  cid: string = uuidv7(),
): Promise<CommandReply> {
  return emit(socket, name, { cid, conversationId, ...body });
}

/** The name and its body fit together by the types of the two functions above; socket.io's own typing can't say so. */
function emit(socket: unknown, name: string, command: object): Promise<CommandReply> {
  return (socket as Socket).timeout(replyWaitMs).emitWithAck(name, command);
}

/** Signs an agent in by a one-time link. @returns the value of the cookie header */
export async function signIn(link: string): Promise<string> {
  const response = await fetch(link, { redirect: 'manual' });
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
  if (cookies.length === 0)
    throw new Error('the sign-in link signed nobody in: it works once, for 10 minutes');
  return cookies.join('; ');
}

/** The whole transcript as the server keeps it, page by page, for whoever the headers say. */
export async function readTranscript(address: string, headers: Record<string, string>) {
  const facts: FactsPage['facts'] = [];
  let after = 0;
  while (true) {
    const response = await fetch(`${address}?after=${after}`, { headers });
    if (!response.ok) throw new Error(`no transcript: ${await response.text()}`);
    const page = (await response.json()) as FactsPage;
    facts.push(...page.facts);
    if (!page.hasMore) return facts;
    after = page.through;
  }
}
