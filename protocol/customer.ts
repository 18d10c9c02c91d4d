import { type Static, Type } from 'typebox';
import { ConversationId, exact } from './ids.ts';
import { Email } from './message.ts';

/** What a site's own backend says about a customer, beside who they are: small, and at most 20 of it. */
export const CustomerTraits = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,39}$' }),
  Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()]),
  { maxProperties: 20, additionalProperties: false },
);
export type CustomerTraits = Static<typeof CustomerTraits>;

/** A customer as their site vouches for them. What the page alone says is no part of it. */
export const VerifiedCustomer = exact({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })),
  email: Type.Optional(Email),
  traits: CustomerTraits,
});
export type VerifiedCustomer = Static<typeof VerifiedCustomer>;

/** A JWT that the site's backend has signed (docs/identity.md). */
export const IdentityToken = Type.String({
  maxLength: 4_096,
  pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]*$',
  description: "HS256, signed with the site's identity secret",
});

/** The token of a link in an e-mail. */
export const ContinueToken = Type.String({ maxLength: 100, pattern: '^[\\w-]+$' });

/** How much there is of a customer. */
export const CustomerBehind = exact({ conversations: Type.Integer({ minimum: 0 }) });
export type CustomerBehind = Static<typeof CustomerBehind>;

/** The customer of this conversation is to be erased, who has so many: what was not seen is not erased. */
export const EraseCustomer = exact({
  conversationId: ConversationId,
  conversations: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
export type EraseCustomer = Static<typeof EraseCustomer>;
