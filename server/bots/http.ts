import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import { type Bot, type BotChunk, BotOutcome } from '../../protocol/bot.ts';
import { Source } from '../../protocol/message.ts';
import { BotError } from './bot-error.ts';
import type { BotSurroundings } from './surroundings.ts';
import { eventsOf, readerOf } from './wire.ts';

/** The whole answer as one JSON object, for bots that do not stream. Unknown fields are ignored. */
const JsonReply = Type.Object({
  text: Type.String(),
  sources: Type.Optional(Type.Array(Type.Object(Source.properties))),
  quickReplies: Type.Optional(Type.Array(Type.String())),
  outcome: Type.Optional(BotOutcome),
  handoff: Type.Optional(Type.Object({ reason: Type.String() })),
});

/** What the data of each event may be. Unknown fields are ignored, as in a JSON reply: newer bots may say more. */
const eventReaders: Readonly<Record<string, (data: string) => BotChunk>> = {
  text: readerOf(Type.Object({ text: Type.String() }), ({ text }) => ({ type: 'text', text })),
  source: readerOf(Type.Object(Source.properties), ({ title, url }) => ({
    type: 'source',
    source: { title, url },
  })),
  quick_replies: readerOf(Type.Object({ replies: Type.Array(Type.String()) }), ({ replies }) => ({
    type: 'quick_replies',
    replies,
  })),
  handoff: readerOf(Type.Object({ reason: Type.String() }), ({ reason }) => ({ type: 'handoff', reason })),
  end: readerOf(Type.Object({ outcome: BotOutcome }), ({ outcome }) => ({ type: 'end', outcome })),
};

const readReply = readerOf(JsonReply, (reply) => reply);

/**
 * A bot behind a documented HTTP endpoint (docs/bots.md): JSON or server-sent events, signed with HMAC-SHA256.
 * @throws BotError from the iteration
 */
export function createHttpBot(
  { url, secret }: { url: string; secret: string },
  { call }: Pick<BotSurroundings, 'call'>,
): Bot {
  return {
    async *reply(turn, signal) {
      const body = JSON.stringify(turn);
      const headers = {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        'idempotency-key': `${turn.conversation}:${turn.turn}`,
        'handrail-signature': sign(secret, body, Date.now()),
      };
      const response = await call(url, { method: 'POST', body, headers, signal });
      const type = response.headers.get('content-type') ?? '';
      if (type.startsWith('text/event-stream')) yield* streamed(response);
      else if (type.includes('json')) yield* whole(response);
      else throw new BotError('malformed', `content-type ${type.slice(0, 100) || 'missing'}`);
    },
  };
}

/**
 * `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`: the receiver can tell that we asked, and that it was just now.
 * @param oldSecret while a secret is changed: a second `v1` for who still has the one before
 */
export function sign(secret: string, body: string, nowMs: number, oldSecret: string | null = null): string {
  const t = Math.floor(nowMs / 1_000);
  const keys = oldSecret === null ? [secret] : [secret, oldSecret];
  const signatures = keys.map(
    (key) => `v1=${createHmac('sha256', key).update(`${t}.${body}`).digest('hex')}`,
  );
  return [`t=${t}`, ...signatures].join();
}

async function* whole(response: Response): AsyncIterable<BotChunk> {
  const reply = readReply(await response.text());
  if (reply.text !== '') yield { type: 'text', text: reply.text };
  for (const { title, url } of reply.sources ?? []) yield { type: 'source', source: { title, url } };
  if (reply.quickReplies !== undefined) yield { type: 'quick_replies', replies: reply.quickReplies };
  if (reply.handoff !== undefined) yield { type: 'handoff', reason: reply.handoff.reason };
  yield { type: 'end', outcome: reply.outcome ?? 'answered' };
}

async function* streamed(response: Response): AsyncIterable<BotChunk> {
  for await (const { event = '', data } of eventsOf(response)) {
    // Other events are none of ours: keep-alives, or what a newer bot says beside.
    const chunk = Object.hasOwn(eventReaders, event) ? eventReaders[event]?.(data) : undefined;
    if (chunk === undefined) continue;
    yield chunk;
    if (chunk.type === 'end') return;
  }
  throw new BotError('malformed', 'the stream closed without an end event');
}
