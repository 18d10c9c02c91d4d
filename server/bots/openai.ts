import { Type } from 'typebox';
import type { Bot, BotChunk } from '../../protocol/bot.ts';
import { BotError } from './bot-error.ts';
import { maybe } from './json-reply.ts';
import { requestOf, toolNames } from './openai-request.ts';
import type { BotSurroundings } from './surroundings.ts';
import { eventsOf, readerOf } from './wire.ts';

const Call = Type.Object({
  index: maybe(Type.Integer({ minimum: 0, maximum: 100 })),
  function: maybe(Type.Object({ name: maybe(Type.String()), arguments: maybe(Type.String()) })),
});

/** A whole message, or what is new of one; unknown fields are ignored. */
const Said = Type.Object({
  content: maybe(Type.Union([Type.String(), Type.Array(Type.Object({ text: maybe(Type.String()) }))])),
  refusal: maybe(Type.String()),
  /** A model that thinks before it speaks. Never shown; only a sign of life. */
  reasoning_content: maybe(Type.String()),
  reasoning: maybe(Type.String()),
  tool_calls: maybe(Type.Array(Call)),
});

/** `choices` is empty in usage chunks; a stream has `delta`, a whole answer `message`. */
const Completion = Type.Object({
  choices: maybe(
    Type.Array(
      Type.Object({
        index: maybe(Type.Integer()),
        delta: maybe(Said),
        message: maybe(Said),
        finish_reason: maybe(Type.String()),
      }),
    ),
  ),
  error: maybe(Type.Unknown()),
});

const readCompletion = readerOf(Completion, (completion) => completion);

interface ToolCall {
  name: string;
  arguments: string;
}

/**
 * Any OpenAI-compatible endpoint: `POST <url>/chat/completions`, streamed, with the tools `handoff` and `dont_know`.
 * Endpoints that answer in one piece are understood, too.
 * @throws BotError from the iteration
 */
export function createOpenAiBot(
  bot: { url: string; key: string; model: string; instructions: string },
  { call }: Pick<BotSurroundings, 'call'>,
): Bot {
  return {
    async *reply(turn, signal) {
      const headers = {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        'idempotency-key': `${turn.conversation}:${turn.turn}`,
        ...(bot.key === '' ? {} : { authorization: `Bearer ${bot.key}` }),
      };
      const body = JSON.stringify(requestOf(bot, turn));
      const url = `${bot.url.replace(/\/+$/, '')}/chat/completions`;
      const response = await call(url, { method: 'POST', headers, body, signal });
      const type = response.headers.get('content-type') ?? '';
      if (type.startsWith('text/event-stream')) yield* read(eventData(response));
      else if (type.includes('json')) yield* read([await response.text(), '[DONE]']);
      else throw new BotError('malformed', `content-type ${type.slice(0, 100) || 'missing'}`);
    },
  };
}

async function* eventData(response: Response): AsyncGenerator<string> {
  for await (const { data } of eventsOf(response)) yield data;
}

async function* read(completions: AsyncIterable<string> | Iterable<string>): AsyncGenerator<BotChunk> {
  const calls = new Map<number, ToolCall>();
  for await (const data of completions) {
    // Some endpoints leave the reason out and only say that they are done.
    if (data.trim() === '[DONE]') return yield* ended('stop', calls);
    const { choices, error } = readCompletion(data);
    if (error !== undefined && error !== null) throw refusal(error);
    const choice = choices?.find(({ index }) => (index ?? 0) === 0);
    if (choice === undefined) continue;
    const said = choice.delta ?? choice.message;
    const text = `${textOf(said?.content)}${said?.refusal ?? ''}`;
    const isThinking = Boolean(said?.reasoning_content) || Boolean(said?.reasoning);
    if (text !== '' || isThinking) yield { type: 'text', text };
    for (const [position, part] of (said?.tool_calls ?? []).entries())
      merge(calls, part.index ?? position, part.function);
    const reason = choice.finish_reason;
    if (reason !== undefined && reason !== null && reason !== '') return yield* ended(reason, calls);
  }
  throw new BotError('malformed', 'the stream closed without an end');
}

const textOf = (content: string | readonly { text?: string | null }[] | null | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** A call comes in pieces: its name with the first, its arguments letter by letter. */
function merge(
  calls: Map<number, ToolCall>,
  index: number,
  part: { name?: string | null; arguments?: string | null } | null | undefined,
) {
  const call = calls.get(index) ?? { name: '', arguments: '' };
  if (call.name === '') call.name = part?.name ?? '';
  call.arguments += part?.arguments ?? '';
  calls.set(index, call);
}

function* ended(reason: string, calls: ReadonlyMap<number, ToolCall>): Generator<BotChunk> {
  if (reason === 'content_filter') throw new BotError('rejected', 'the content filter of the endpoint');
  if (reason === 'length') throw new BotError('too_large', 'the answer reached the limit of the model');
  const called = [...calls.values()];
  const handoff = called.find(({ name }) => name === toolNames.handoff);
  if (handoff !== undefined) yield { type: 'handoff', reason: reasonIn(handoff.arguments) };
  const isUnknown = called.some(({ name }) => name === toolNames.dontKnow);
  yield { type: 'end', outcome: isUnknown ? 'unknown' : 'answered' };
}

/** A model may write broken arguments; that it wants a person is clear nevertheless. */
function reasonIn(json: string): string {
  try {
    const { reason } = Object(JSON.parse(json)) as { reason?: unknown };
    return typeof reason === 'string' ? reason : '';
  } catch {
    return '';
  }
}

/** `{"error": {"code": 502, "type": "server_error", …}}` in the middle of a stream. Its message may quote the customer. */
function refusal(error: unknown): BotError {
  const { code, type } = Object(error) as { code?: unknown; type?: unknown };
  const isStatus = Number.isInteger(code) && Number(code) >= 400 && Number(code) < 600;
  const isServers = typeof type === 'string' && /server|overloaded|unavailable/.test(type);
  const name = /^[\w.-]{1,40}$/.exec(String(code ?? type))?.[0] ?? 'unnamed';
  return new BotError(
    'rejected',
    `error ${name} in the answer`,
    isStatus ? Number(code) : isServers ? 500 : null,
  );
}
