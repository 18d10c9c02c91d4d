import { type Static, Type } from 'typebox';
import { ConversationStatus } from './agent.ts';
import { IdentityToken } from './customer.ts';
import { FeedbackRules } from './feedback.ts';
import { ConversationId, CustomerId, exact, Seq, SiteKey, Time } from './ids.ts';

/** What the widget must know about a site before the first word: public, and held to the allowed origins. */
export const SiteInfo = exact({
  version: Type.Integer({ description: 'protocol version of the server' }),
  key: SiteKey,
  title: Type.String({ description: 'title of the panel' }),
  answeredBy: Type.String({ description: 'who answers for what the AI says: a company or a team' }),
  /** Whether this installation can send mail: only then is a customer promised one. */
  hasEmail: Type.Boolean(),
  bot: Type.Union([Type.Literal('http'), Type.Literal('page')], {
    description: 'where the bot runs: behind the server, whatever it speaks, or in the page',
  }),
  feedback: FeedbackRules,
  suggestions: Type.Array(Type.String({ maxLength: 120 }), {
    maxItems: 4,
    description: 'first questions to offer',
  }),
});
export type SiteInfo = Static<typeof SiteInfo>;

/** What a browser begins with: nobody in particular, or whom the site's backend names. */
export const NewSessionBody = exact({ site: SiteKey, identity: Type.Optional(IdentityToken) });
export type NewSessionBody = Static<typeof NewSessionBody>;

/** A customer's session. The token is shown once; the server keeps only its hash. */
export const NewSession = exact({ customerId: CustomerId, token: Type.String() });
export type NewSession = Static<typeof NewSession>;

/** What comes of saying who the customer is. An anonymous customer's token ends by it. */
export const Identified = exact({
  ...NewSession.properties,
  isOther: Type.Boolean({ description: 'the browser goes on without anything of the customer that it was' }),
});
export type Identified = Static<typeof Identified>;

/** What the link of an e-mail opens. */
export const Continued = exact({ ...NewSession.properties, conversationId: ConversationId });
export type Continued = Static<typeof Continued>;

export const OwnConversations = exact({
  conversations: Type.Array(
    exact({ id: ConversationId, status: ConversationStatus, seq: Seq, lastAt: Time }),
    { description: 'newest first' },
  ),
});
export type OwnConversations = Static<typeof OwnConversations>;
