import { type Static, type TProperties, type TSchemaOptions, Type } from 'typebox';

/** Any RFC 9562 UUID. Clients make version 7 (time-ordered), so indexes stay compact. */
export const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

export const ConversationId = Type.String({
  pattern: uuidPattern,
  description: 'UUIDv7, made by the client',
});
export type ConversationId = Static<typeof ConversationId>;

/** Names one command of one sender, so that a repeated delivery is answered and not carried out again (D1). */
export const CommandId = Type.String({ pattern: uuidPattern, description: 'UUIDv7, new for each command' });
export type CommandId = Static<typeof CommandId>;

export const AgentId = Type.String({ minLength: 1, maxLength: 64 });
export type AgentId = Static<typeof AgentId>;

export const CustomerId = Type.String({ pattern: uuidPattern });
export type CustomerId = Static<typeof CustomerId>;

/** The public key of a site, as it stands in the embed snippet. */
export const SiteKey = Type.String({
  pattern: '^pk_[A-Za-z0-9_]{1,60}$',
  description: 'data-site of the embed',
});
export type SiteKey = Static<typeof SiteKey>;

/** Position of a fact in its conversation: 1, 2, 3 … without gaps (D2). 0 means "before the first". */
export const Seq = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
export type Seq = Static<typeof Seq>;

/** Number of a bot turn in its conversation: 1 for the first question. */
export const Turn = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
export type Turn = Static<typeof Turn>;

/** Milliseconds since the epoch, by the server's clock; at most what a Date can hold. */
export const Time = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
export type Time = Static<typeof Time>;

/** An object that carries nothing but what is declared: a stray field is a mistake or an attack. */
export const exact = <P extends TProperties>(properties: P, options: TSchemaOptions = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });
