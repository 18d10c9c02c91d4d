import { type Static, Type } from 'typebox';
import { AgentId, exact, Time } from './ids.ts';

/** Longest message a person may write, in UTF-16 units. Stops one message from filling an agent's day. */
export const MessageText = Type.String({ minLength: 1, maxLength: 8_000, pattern: '\\S' });

/** Longest answer that a bot may give, in UTF-16 units. A longer one is cut off and ends as `too_large`. */
export const maxAnswerLength = 20_000;
export const AnswerText = Type.String({ maxLength: maxAnswerLength });

export const Comment = Type.String({ maxLength: 2_000 });

/** An agent as the customer sees one. */
export const AgentRef = exact({ id: AgentId, name: Type.String({ minLength: 1, maxLength: 80 }) });
export type AgentRef = Static<typeof AgentRef>;

/** Colleagues who are named in a note, and told of it. */
export const Mentions = Type.Array(AgentId, { minItems: 1, maxItems: 10, uniqueItems: true });

/** An e-mail address, loosely: whether it works shows when something is sent to it. */
export const Email = Type.String({
  maxLength: 254,
  pattern: '^[^\\s@<>",;]+@[^\\s@<>",;]+\\.[^\\s@<>",;]{2,}$',
});

/** Who did it. `bot` is the wrapped AI, `agent` a person, `system` Handrail itself. */
export const Actor = Type.Union([
  exact({ kind: Type.Literal('customer') }),
  exact({ kind: Type.Literal('agent'), id: AgentId, name: Type.String() }),
  exact({ kind: Type.Literal('bot') }),
  exact({ kind: Type.Literal('system') }),
]);
export type Actor = Static<typeof Actor>;

/** Where a bot's answer comes from. Only http and https addresses are ever shown as links. */
export const Source = exact({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  url: Type.String({ minLength: 1, maxLength: 2_000 }),
});
export type Source = Static<typeof Source>;

/** A ready answer that the bot proposes; pressed, it is sent as the customer's own message. */
export const QuickReply = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });
export const maxQuickReplies = 6;

/** Where the customer was when they wrote. Given by the page: data, never instruction. */
export const CustomerContext = exact({
  page: Type.Optional(
    exact({ url: Type.String({ maxLength: 2_000 }), title: Type.String({ maxLength: 200 }) }),
  ),
  language: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$' })),
});
export type CustomerContext = Static<typeof CustomerContext>;

/** A line of a page's own chat, as the page tells it: data, never instruction. */
export const SharedLine = exact({
  author: Type.Union([Type.Literal('customer'), Type.Literal('bot')]),
  text: Type.String({ minLength: 1, maxLength: 4_000, pattern: '\\S' }),
  at: Type.Optional(Time),
});
export type SharedLine = Static<typeof SharedLine>;
export const SharedLines = Type.Array(SharedLine, { minItems: 1, maxItems: 40 });

/** One line of a transcript as bots and exports get it. */
export const TranscriptLine = exact({
  author: Type.Union([Type.Literal('customer'), Type.Literal('bot'), Type.Literal('agent')]),
  text: Type.String(),
  at: Time,
});
export type TranscriptLine = Static<typeof TranscriptLine>;
