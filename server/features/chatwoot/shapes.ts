import { type Static, Type } from 'typebox';
import { exact } from '../../../protocol/ids.ts';
import { maxAnswerLength } from '../../../protocol/message.ts';
import { outgoingId } from '../../bots/chatwoot.ts';

const number = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** The account in the address is the one that our webhooks name; which site is meant, the token says. */
export const Place = exact({ accountId: number, number });
export type Place = Static<typeof Place>;

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) =>
  Type.Optional(Type.Union([schema, Type.Null()]));
const text = (maxLength: number) => nullable(Type.String({ maxLength }));

/** One that is too long for a link is left out: the customer must not lose the whole message for it. */
const address = text(20_000);

const CardAction = Type.Object({ type: text(40), text: text(200), uri: address });

/** One choice, card or article of a message. */
const Item = Type.Object({
  title: text(500),
  description: text(5_000),
  link: address,
  actions: nullable(Type.Array(CardAction, { maxItems: 20 })),
});

/** A message as bots post it to Chatwoot. Fields that we do not know are ignored: theirs has more than these. */
export const MessageBody = Type.Object({
  content: text(maxAnswerLength),
  /** A word or a number, depending on who writes it. */
  message_type: nullable(Type.Union([Type.String({ maxLength: 20 }), Type.Integer()])),
  /** Forms send it as a word. */
  private: nullable(Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')])),
  content_type: text(40),
  content_attributes: nullable(Type.Object({ items: nullable(Type.Array(Item, { maxItems: 50 })) })),
});
export type MessageBody = Static<typeof MessageBody>;

export const StatusBody = Type.Object({
  status: nullable(
    Type.Union([
      Type.Literal('open'),
      Type.Literal('pending'),
      Type.Literal('resolved'),
      Type.Literal('snoozed'),
    ]),
  ),
  /** Not Chatwoot's: why a person is needed, for the agents. */
  reason: text(500),
});
export type StatusBody = Static<typeof StatusBody>;

/** A message as Chatwoot answers with it. */
export function messageJson({ accountId, number }: Place, body: MessageBody, seq: number) {
  return {
    id: outgoingId(number, seq),
    content: body.content ?? null,
    account_id: accountId,
    inbox_id: 1,
    conversation_id: number,
    message_type: 1,
    content_type: body.content_type ?? 'text',
    content_attributes: body.content_attributes ?? {},
    private: isPrivate(body),
    status: 'sent',
    source_id: null,
    created_at: Math.floor(Date.now() / 1_000),
    sender: { id: 1, name: 'Bot', type: 'agent_bot' },
  };
}

export const isPrivate = (body: MessageBody) => body.private === true || body.private === 'true';
