import { type Static, Type } from 'typebox';
import { checkOf } from '../plugins/validation.ts';
import { BotError } from './bot-error.ts';
import { maybe, readJson } from './json-reply.ts';
import type { Outbound } from './outbound.ts';
import { readerOf } from './wire.ts';

const CardAction = Type.Object({
  type: maybe(Type.String()),
  title: maybe(Type.String()),
  value: Type.Optional(Type.Unknown()),
});
export type CardAction = Static<typeof CardAction>;

/** An activity as a bot sends it, as far as a chat can show it. */
const Activity = Type.Object({
  type: Type.String(),
  from: maybe(Type.Object({ id: maybe(Type.String()) })),
  replyToId: maybe(Type.String()),
  text: maybe(Type.String()),
  inputHint: maybe(Type.String()),
  name: maybe(Type.String()),
  value: Type.Optional(Type.Unknown()),
  suggestedActions: maybe(Type.Object({ actions: maybe(Type.Array(CardAction)) })),
  attachments: maybe(
    Type.Array(Type.Object({ contentType: maybe(Type.String()), content: Type.Optional(Type.Unknown()) })),
  ),
});
export type Activity = Static<typeof Activity>;

const readStarted = readerOf(
  Type.Object({ conversationId: Type.String({ minLength: 1 }) }),
  (it) => it.conversationId,
);
const readPosted = readerOf(Type.Object({ id: maybe(Type.String()) }), (it) => it.id ?? null);
const readPage = readerOf(
  Type.Object({ activities: Type.Array(Activity), watermark: maybe(Type.String()) }),
  (page) => page,
);
const checkCard = checkOf(
  Type.Object({
    title: maybe(Type.String()),
    text: maybe(Type.String()),
    buttons: maybe(Type.Array(CardAction)),
  }),
);

export interface ActivityPage {
  readonly activities: readonly Activity[];
  /** Where the next page begins; opaque. */
  readonly watermark: string | null;
}

/**
 * Direct Line 3.0 over plain HTTP: conversations that are begun, spoken into, and read by asking again.
 * @throws BotError from every call
 */
export function createDirectLine(url: string, secret: string, call: Outbound) {
  const base = url.replace(/\/+$/, '');
  const send = (method: 'GET' | 'POST', path: string, body: object | null, signal: AbortSignal) =>
    call(`${base}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  const activitiesOf = (conversation: string) =>
    `conversations/${encodeURIComponent(conversation)}/activities`;

  return {
    /** @returns the bot's own id of the new conversation */
    async start(signal: AbortSignal): Promise<string> {
      const response = await send('POST', 'conversations', {}, signal);
      return readJson(response, readStarted);
    },

    /** @returns the activity's id, where the service says one */
    async post(conversation: string, activity: object, signal: AbortSignal): Promise<string | null> {
      const response = await send('POST', activitiesOf(conversation), activity, signal);
      return readJson(response, readPosted);
    },

    /** What has been said since the watermark, by both sides. */
    async read(conversation: string, watermark: string | null, signal: AbortSignal): Promise<ActivityPage> {
      const since = watermark === null ? '' : `?watermark=${encodeURIComponent(watermark)}`;
      const response = await send('GET', `${activitiesOf(conversation)}${since}`, null, signal);
      const page = await readJson(response, readPage);
      return { activities: page.activities, watermark: page.watermark ?? watermark };
    },
  };
}

/** Whether the service no longer knows a conversation: it forgets them after some days, or with a new token. */
export const isForgotten = (error: unknown) =>
  error instanceof BotError && (error.status === 403 || error.status === 404);

/** The words of an activity with those of its cards, as markdown paragraphs. */
export function wordsOf(activity: Activity): (string | null | undefined)[] {
  const cards = cardsOf(activity).map(({ title, text }) => {
    return [title && `**${title}**`, text].filter(Boolean).join('\n');
  });
  return [activity.text, ...cards];
}

/** What the customer may press: suggested actions, and the buttons of cards. */
export const actionsOf = (activity: Activity): CardAction[] => [
  ...(activity.suggestedActions?.actions ?? []),
  ...cardsOf(activity).flatMap((card) => card.buttons ?? []),
];

const cardsOf = ({ attachments }: Activity) =>
  (attachments ?? []).flatMap(({ contentType, content }) => {
    if (contentType !== 'application/vnd.microsoft.card.hero') return [];
    try {
      return [checkCard(content)];
    } catch {
      // A card of another shape is one that we cannot show.
      return [];
    }
  });
