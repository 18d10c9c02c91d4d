import { type Static, Type } from 'typebox';
import { ConversationId, exact } from './ids.ts';

/** Why a person was asked for. */
export const HandoffReason = Type.Union([Type.Literal('customer_asked'), Type.Literal('bot_asked')]);
export type HandoffReason = Static<typeof HandoffReason>;

export const Priority = Type.Union([Type.Literal('normal'), Type.Literal('high')]);
export type Priority = Static<typeof Priority>;

export const Team = Type.Union([Type.String({ minLength: 1, maxLength: 60 }), Type.Null()]);
export type Team = Static<typeof Team>;

/** Where a waiting customer stands. Ephemeral: sent when it changes, never part of the transcript. */
export const QueuePlace = exact({
  conversationId: ConversationId,
  place: Type.Integer({ minimum: 1, description: '1 = next' }),
  isAnyoneOnline: Type.Boolean({ description: 'whether an agent is online and available now' }),
});
export type QueuePlace = Static<typeof QueuePlace>;

/** How a conversation ended, in the resolver's words. */
export const Outcome = Type.Union([Type.Literal('solved'), Type.Literal('unsolved')]);
export type Outcome = Static<typeof Outcome>;
