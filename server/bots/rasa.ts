import { Type } from 'typebox';
import type { Bot, BotTurn } from '../../protocol/bot.ts';
import { BotError } from './bot-error.ts';
import { maybe, readJson } from './json-reply.ts';
import { createParagraphs, handoffOf, quickReplies, sourceOf, titleOf } from './pieces.ts';
import type { BotSurroundings } from './surroundings.ts';
import { readerOf } from './wire.ts';

/** What Rasa's REST channel answers with; more fields than these are ignored. */
const Messages = Type.Array(
  Type.Object({
    text: maybe(Type.String()),
    image: maybe(Type.String()),
    buttons: maybe(Type.Array(Type.Object({ title: Type.String(), payload: maybe(Type.String()) }))),
    custom: Type.Optional(Type.Unknown()),
  }),
);
const readMessages = readerOf(Messages, (messages) => messages);

/** The intent with which a bot learns of a hand-back; its entities fill slots (docs/bots.md). */
const handbackIntent = '/handrail_handback';

interface Memory {
  /** What a button of the last answer stands for, by its title. */
  readonly payloads: ReadonlyMap<string, string>;
  /** Time of the hand-back that the bot has been told of; 0 for none. */
  readonly handbackAt: number;
}

/**
 * A Rasa assistant behind its REST channel. Rasa keeps the conversation itself, under our id as `sender`.
 * @throws BotError unreachable, rejected, malformed, too_large, from the iteration
 */
export function createRasaBot(
  { url, token }: { url: string; token: string | null },
  { call, session }: BotSurroundings,
): Bot {
  const address = new URL(url);
  if (token !== null) address.searchParams.set('token', token);

  const send = async (turn: BotTurn, message: string, signal: AbortSignal) => {
    const { page, language } = turn.customer;
    const { site, turn: number, handback, hint, replay } = turn;
    const metadata = { site, turn: number, page, language, handback, hint, replay };
    const body = JSON.stringify({ sender: turn.conversation, message, metadata });
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return readJson(await call(address.href, { method: 'POST', headers, body, signal }), readMessages);
  };

  return {
    async *reply(turn, signal) {
      const { handback } = turn;
      const memory = memoryOf(await session.read(turn.conversation));
      let { handbackAt } = memory;
      if (handback !== undefined && handback.at > handbackAt) {
        const entities = { handback_decision: handback.decision, handback_agent: handback.agent };
        // Whatever it says to that is no answer to the customer, who has asked something else.
        await send(turn, `${handbackIntent}${JSON.stringify(entities)}`, signal);
        handbackAt = handback.at;
      }
      const question = memory.payloads.get(turn.text) ?? withoutCommand(turn.text);
      const messages = await send(turn, question, signal);
      if (messages.length === 0) throw new BotError('malformed', 'no messages');

      const buttons = messages.flatMap((message) => message.buttons ?? []);
      const payloads = Object.fromEntries(
        buttons.map(({ title, payload }) => [titleOf(title), payload ?? title]),
      );
      if (buttons.length > 0 || memory.payloads.size > 0 || handbackAt !== memory.handbackAt) {
        await session.write(turn.conversation, { payloads, handbackAt });
      }

      const paragraph = createParagraphs();
      for (const { text, image, custom } of messages) {
        yield* paragraph(text);
        if (typeof image === 'string') yield* sourceOf(null, image);
        if (isHandoff(custom)) yield handoffOf({ reason: custom.reason ?? '' });
      }
      yield* quickReplies(buttons.map(({ title }) => title));
      yield { type: 'end', outcome: 'answered' };
    },
  };
}

const isHandoff = (custom: unknown): custom is { handoff: true; reason?: unknown } =>
  typeof custom === 'object' && custom !== null && 'handoff' in custom && custom.handoff === true;

/**
 * A message that begins with a slash names an intent in Rasa: typed by a customer, it would let them fill slots, or
 * invent a hand-back with a decision that nobody made. Buttons are the bot's own and stay as they are.
 */
const withoutCommand = (text: string) => text.replace(/^([^\p{L}\p{N}/]*)\//u, '$1\u2215');

function memoryOf({ payloads, handbackAt }: Record<string, unknown>): Memory {
  const known = Object.entries(Object(payloads)).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return { payloads: new Map(known), handbackAt: typeof handbackAt === 'number' ? handbackAt : 0 };
}
