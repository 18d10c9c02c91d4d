import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, faultIn } from './faults.ts';
import type { Line, Replies, Reply } from './replies.ts';
import { isSigned } from './signature.ts';

export interface BotSettings {
  readonly secret: string;
  readonly hasFaults: boolean;
  /** Pause between groups of words, ms. 0 sends them as fast as they go. */
  readonly paceMs: number;
}

/** A turn carries 40 lines of history at most; with the longest answers in all of them it stays below this. */
const maxBodyBytes = 4_000_000;

interface Turn {
  readonly text: string;
  readonly history: readonly Line[];
}

/** The company's endpoint: `POST /reply` answers one question with server-sent events, `GET /healthz` says "ok". */
export function createBotServer(replies: Replies, settings: BotSettings): Server {
  return createServer((request, response) => {
    handle(request, response, replies, settings).catch((error: unknown) => {
      if (response.destroyed) return;
      console.error(error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'Something broke here; the answer did not come.');
    });
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  replies: Replies,
  settings: BotSettings,
): Promise<void> {
  const path = request.url?.split('?', 1)[0];
  if (path === '/healthz') return void response.end('ok');
  if (path !== '/reply') return refuse(response, 404, 'There is only /reply and /healthz.');
  if (request.method !== 'POST') return refuse(response, 405, 'Use POST.');

  const body = await bodyOf(request);
  if (body === null) return refuse(response, 413, `A turn has at most ${maxBodyBytes} bytes.`);
  const signature = request.headers['handrail-signature'];
  if (!isSigned(settings.secret, body, String(signature), Date.now())) {
    return refuse(response, 401, 'The signature is missing, wrong or older than five minutes.');
  }
  const turn = turnOf(body);
  if (turn === null) return refuse(response, 400, 'The body is not a turn: text and history are needed.');

  const { fault, question } = settings.hasFaults ? faultIn(turn.text) : { fault: null, question: turn.text };
  if (fault === 'crash') return refuse(response, 500, 'Crashed as asked.');
  await stream(response, replies.replyTo(question, turn.history), settings.paceMs, fault);
}

/** Sends the reply in groups of words; stops as soon as the caller has gone. */
async function stream(
  response: ServerResponse,
  reply: Reply,
  paceMs: number,
  fault: Fault | null,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const { signal } = gone;
  const pause = (ms: number) => (ms > 0 ? sleep(ms, undefined, { signal }) : undefined);
  const send = (event: string, data: object) => {
    signal.throwIfAborted();
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    if (fault === 'hang') await untilAborted(signal);
    if (fault === 'slow') await pause(3_000);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const text = fault === 'long' ? `${reply.text}\n\n`.repeat(300) : reply.text;
    const groups = fault === 'empty' ? [] : wordGroups(text);
    for (const [index, group] of groups.entries()) {
      const isHalf = index >= groups.length / 2;
      if (isHalf && fault === 'cut') return void response.destroy();
      if (isHalf && fault === 'stall') await untilAborted(signal);
      if (isHalf && fault === 'broken') return void response.end('event: text\ndata: {"text": \n\n');
      send('text', { text: group });
      await pause(fault === 'slow' ? 400 : fault === 'long' ? 0 : paceMs);
    }
    for (const { title, url } of reply.articles) send('source', { title, url });
    if (reply.handoff !== null) send('handoff', { reason: reply.handoff });
    send('end', { outcome: reply.outcome });
    response.end();
  } catch (error) {
    // The caller has gone, because the customer moved on or a person joined: no more work for this answer.
    if (!signal.aborted) throw error;
  }
}

/** Three words at a time, spaces and line ends as they are. */
const wordGroups = (text: string): string[] => text.match(/\s*\S+(?:\s+\S+){0,2}\s*/g) ?? [];

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** The body as text; null if it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= maxBodyBytes) parts.push(part);
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(parts).toString('utf8');
}

/** What we need of a turn; fields that we don't know are none of our business. */
function turnOf(body: string): Turn | null {
  let turn: Partial<Turn> | null;
  try {
    turn = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof turn?.text !== 'string' || !Array.isArray(turn.history)) return null;
  const isLine = (line: Partial<Line> | null) =>
    typeof line?.text === 'string' && typeof line.author === 'string';
  return turn.history.every(isLine) ? { text: turn.text, history: turn.history } : null;
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}
