import { Type } from 'typebox';
import type { Bot, BotChunk, BotTurn } from '../../protocol/bot.ts';
import { checkOf } from '../plugins/validation.ts';
import { BotError } from './bot-error.ts';
import { maybe, readJson } from './json-reply.ts';
import { createParagraphs, handoffOf, quickReplies, sourceOf } from './pieces.ts';
import type { BotSurroundings } from './surroundings.ts';
import { readerOf } from './wire.ts';

/** A response message of Dialogflow CX, as far as a chat can show it. */
const ResponseMessage = Type.Object({
  text: maybe(Type.Object({ text: maybe(Type.Array(Type.String())) })),
  payload: maybe(Type.Object({ richContent: Type.Optional(Type.Unknown()) })),
  liveAgentHandoff: maybe(Type.Object({ metadata: Type.Optional(Type.Unknown()) })),
  endInteraction: Type.Optional(Type.Unknown()),
});
const Messages = maybe(Type.Array(ResponseMessage));

/** What detectIntent answers with, or a webhook. */
const Reply = Type.Object({
  queryResult: maybe(
    Type.Object({
      responseMessages: Messages,
      match: maybe(Type.Object({ matchType: maybe(Type.String()) })),
    }),
  ),
  fulfillmentResponse: maybe(Type.Object({ messages: Messages })),
});
const readReply = readerOf(Reply, (reply) => reply);

/** One element of the messenger's rich content; unknown kinds are left out. */
const RichElement = Type.Object({
  type: Type.String(),
  title: maybe(Type.String()),
  subtitle: maybe(Type.String()),
  text: maybe(Type.Union([Type.String(), Type.Array(Type.String())])),
  link: maybe(Type.String()),
  actionLink: maybe(Type.String()),
  options: maybe(Type.Array(Type.Object({ text: maybe(Type.String()), link: maybe(Type.String()) }))),
});
const checkElement = checkOf(RichElement);

/**
 * A Dialogflow CX agent, or anything that takes detectIntent-shaped requests. `{session}` in the address stands for
 * the conversation; without it the session is named in the body.
 * @throws BotError unreachable, rejected, malformed, too_large, from the iteration
 */
export function createDialogflowBot(
  { url, token }: { url: string; token: string | null },
  { call }: BotSurroundings,
): Bot {
  return {
    async *reply(turn, signal) {
      const hasSession = url.includes('{session}');
      const request = detectIntent(turn);
      const body = JSON.stringify(hasSession ? request : { session: turn.conversation, ...request });
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      };
      const address = url.replaceAll('{session}', turn.conversation);
      const { queryResult, fulfillmentResponse } = await readJson(
        await call(address, { method: 'POST', headers, body, signal }),
        readReply,
      );
      const messages = queryResult?.responseMessages ?? fulfillmentResponse?.messages ?? [];
      if (messages.length === 0) throw new BotError('malformed', 'no messages');

      const paragraph = createParagraphs();
      const choices: string[] = [];
      for (const { text, payload, liveAgentHandoff } of messages) {
        for (const line of text?.text ?? []) yield* paragraph(line);
        const rich = richContent(payload?.richContent);
        for (const line of rich.lines) yield* paragraph(line);
        yield* rich.sources;
        choices.push(...rich.choices);
        if (liveAgentHandoff) yield handoffOf(liveAgentHandoff.metadata);
      }
      yield* quickReplies(choices);
      const isUnknown = queryResult?.match?.matchType === 'NO_MATCH';
      yield { type: 'end', outcome: isUnknown ? 'unknown' : 'answered' };
    },
  };
}

function detectIntent({ text, site, turn, customer, handback, hint, replay }: BotTurn) {
  const { page, language = 'en' } = customer;
  return {
    queryInput: { text: { text }, languageCode: language },
    queryParams: {
      parameters: {
        handrail_site: site,
        handrail_turn: turn,
        ...(page === undefined ? {} : { page_url: page.url, page_title: page.title }),
        ...(handback === undefined
          ? {}
          : {
              handback_decision: handback.decision,
              handback_agent: handback.agent,
              handback_at: handback.at,
            }),
        // Parameters stay for the session: one that is not said anew would go on to hold.
        hint: hint?.text ?? null,
        ...(replay === undefined ? {} : { handrail_replay: replay }),
      },
    },
  };
}

/** Rich content is a list of cards, each a list of elements; what does not look like that is left out. */
function richContent(content: unknown) {
  const lines: string[] = [];
  const choices: string[] = [];
  const sources: BotChunk[] = [];
  for (const element of Array.isArray(content) ? content.flat() : []) {
    const known = elementOf(element);
    if (known === null) continue;
    const { type, title, subtitle, text, link, actionLink, options } = known;
    if (type === 'chips') {
      for (const option of options ?? []) {
        if (option.link) sources.push(...sourceOf(option.text, option.link));
        else if (option.text) choices.push(option.text);
      }
    } else if (type === 'info' || type === 'description' || type === 'list') {
      const words = [title && `**${title}**`, subtitle, ...[text ?? []].flat()];
      lines.push(words.filter(Boolean).join('\n'));
      if (actionLink) sources.push(...sourceOf(title, actionLink));
    } else if (type === 'button' && link) {
      sources.push(...sourceOf(typeof text === 'string' ? text : null, link));
    }
  }
  return { lines, choices, sources };
}

function elementOf(element: unknown) {
  try {
    return checkElement(element);
  } catch {
    return null;
  }
}
