import { createHmac } from 'node:crypto';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Type } from 'typebox';
import { type Bot, BotChunk, BotOutcome, type BotTurn } from '../../protocol/bot.ts';
import { Source } from '../../protocol/message.ts';
import { checkOf } from '../plugins/validation.ts';
import { BotError } from './bot-error.ts';

/** The whole answer as one JSON object, for bots that do not stream. Unknown fields are ignored. */
const JsonReply = Type.Object({
  text: Type.String(),
  sources: Type.Optional(Type.Array(Type.Object(Source.properties))),
  outcome: Type.Optional(BotOutcome),
  handoff: Type.Optional(Type.Object({ reason: Type.String() })),
});

const checkReply = checkOf(JsonReply);
const checkChunk = checkOf(BotChunk);

/** Largest body of a bot's reply, bytes: well above the longest answer, far below what would hurt. */
const maxReplyBytes = 1_000_000;

/**
 * A bot behind a documented HTTP endpoint (docs/bots.md): JSON or server-sent events, signed with HMAC-SHA256.
 * @throws BotError unreachable, rejected, malformed, too_large, from the iteration
 */
export function createHttpBot({ url, secret }: { url: string; secret: string }): Bot {
  return {
    async *reply(turn, signal) {
      const response = await ask(url, secret, turn, signal);
      const type = response.headers.get('content-type') ?? '';
      if (type.startsWith('text/event-stream')) yield* streamed(response);
      else if (type.includes('json')) yield* whole(response);
      else throw new BotError('malformed', `content-type ${type || 'missing'}`);
    },
  };
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`: the bot can tell that we asked, and that it was just now. */
export function sign(secret: string, body: string, nowMs: number): string {
  const t = Math.floor(nowMs / 1_000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

async function ask(url: string, secret: string, turn: BotTurn, signal: AbortSignal): Promise<Response> {
  const body = JSON.stringify(turn);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal,
      // A redirect would carry the customer's words to somewhere nobody configured.
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        'idempotency-key': `${turn.conversation}:${turn.turn}`,
        'handrail-signature': sign(secret, body, Date.now()),
      },
    });
    if (response.ok && response.body !== null) return response;
    await response.body?.cancel();
    throw new BotError('rejected', `status ${response.status}`);
  } catch (error) {
    if (error instanceof BotError || signal.aborted) throw error;
    throw new BotError('unreachable', error instanceof Error ? String(error.cause ?? error.message) : '');
  }
}

async function* whole(response: Response): AsyncIterable<BotChunk> {
  let text = '';
  for await (const part of limited(response)) text += part;
  const reply = checked(checkReply, text);
  if (reply.text !== '') yield { type: 'text', text: reply.text };
  for (const { title, url } of reply.sources ?? []) yield { type: 'source', source: { title, url } };
  if (reply.handoff !== undefined) yield { type: 'handoff', reason: reply.handoff.reason.slice(0, 500) };
  yield { type: 'end', outcome: reply.outcome ?? 'answered' };
}

async function* streamed(response: Response): AsyncIterable<BotChunk> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for await (const text of limited(response)) {
    parser.feed(text);
    for (const { event, data } of events.splice(0)) {
      const known = event === 'text' || event === 'source' || event === 'handoff' || event === 'end';
      // Other events are none of ours: keep-alives, or what a newer bot says beside.
      if (!known) continue;
      const chunk = checked(checkChunk, data, (value) => chunkOf(event, value));
      yield chunk;
      if (chunk.type === 'end') return;
    }
  }
  throw new BotError('malformed', 'the stream closed without an end event');
}

/** An event as a chunk. Fields that we do not know are ignored, as in a JSON reply: newer bots may say more. */
function chunkOf(event: 'text' | 'source' | 'handoff' | 'end', value: unknown): unknown {
  const { text, title, url, reason, outcome } = Object(value) as Record<string, unknown>;
  switch (event) {
    case 'text':
      return { type: event, text };
    case 'source':
      return { type: event, source: { title, url } };
    case 'handoff':
      return { type: event, reason: typeof reason === 'string' ? reason.slice(0, 500) : reason };
    case 'end':
      return { type: event, outcome };
  }
}

/** The body as text, cut off with an error when it grows past all measure. */
async function* limited(response: Response): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for await (const part of response.body ?? []) {
      bytes += part.byteLength;
      if (bytes > maxReplyBytes) throw new BotError('too_large', `more than ${maxReplyBytes} bytes`);
      yield decoder.decode(part, { stream: true });
    }
  } catch (error) {
    if (error instanceof BotError || (error instanceof Error && error.name === 'AbortError')) throw error;
    throw new BotError('malformed', 'the connection broke in the middle of the answer');
  }
}

function checked<T>(
  check: (value: unknown) => T,
  json: string,
  shape: (value: unknown) => unknown = (v) => v,
): T {
  try {
    return check(shape(JSON.parse(json)));
  } catch (error) {
    throw new BotError('malformed', error instanceof Error ? error.message : 'not JSON');
  }
}
