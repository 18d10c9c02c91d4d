import { type Static, Type } from 'typebox';
import { Fact, type FactType } from './conversation.ts';
import { ConversationId, exact, Seq, SiteKey, Time, uuidPattern } from './ids.ts';

/** Every type of fact there is, as the union of facts declares them. */
export const factTypes: readonly FactType[] = Fact.anyOf.map(({ properties }) => properties.type.const);

export const WebhookId = Type.String({ pattern: uuidPattern });

export const maxWebhookUrl = 2_000;
const Url = Type.String({ minLength: 8, maxLength: maxWebhookUrl, description: 'http or https address' });

/** The facts that are wanted; null: all that the customer may see, also those of later versions. */
const WantedTypes = Type.Union([
  Type.Array(Type.Unsafe<FactType>(Type.Union(factTypes.map((type) => Type.Literal(type)))), {
    minItems: 1,
    maxItems: factTypes.length,
    uniqueItems: true,
  }),
  Type.Null(),
]);

/** `you`: by a person of the site. `failing`: nothing got through for hours. `gone`: the receiver answered 410. */
export const PausedBecause = Type.Union([Type.Literal('you'), Type.Literal('failing'), Type.Literal('gone')]);
export type PausedBecause = Static<typeof PausedBecause>;

/**
 * What became of a try. `retried`: it failed and comes again. `failed`: it failed for good, and the conversation went on
 * without it. `replayed`: it had failed for good, and was asked to be sent again.
 */
export const DeliveryResult = Type.Union([
  Type.Literal('delivered'),
  Type.Literal('retried'),
  Type.Literal('failed'),
  Type.Literal('replayed'),
]);
export type DeliveryResult = Static<typeof DeliveryResult>;

/** Why a try failed: the receiver answered something else than 2xx (`status`), too late, or could not be reached. */
export const DeliveryError = Type.Union([
  Type.Literal('status'),
  Type.Literal('timeout'),
  Type.Literal('unreachable'),
  Type.Literal('refused_address'),
  Type.Literal('malformed'),
]);
export type DeliveryError = Static<typeof DeliveryError>;

export const Webhook = exact({
  id: WebhookId,
  site: SiteKey,
  siteName: Type.String(),
  url: Url,
  types: WantedTypes,
  paused: Type.Union([PausedBecause, Type.Null()], { description: 'null while it is on' }),
  pausedAt: Type.Union([Time, Type.Null()]),
  createdAt: Time,
  failingSince: Type.Union([Time, Type.Null()], { description: 'null if the last try got through' }),
  deliveredAt: Type.Union([Time, Type.Null()], { description: 'when one got through last' }),
  failed: Type.Integer({ minimum: 0, description: 'stretches that failed for good and were not replayed' }),
  oldSecretUntil: Type.Union([Time, Type.Null()], { description: 'until when the secret before signs, too' }),
});
export type Webhook = Static<typeof Webhook>;

export const WebhookList = exact({
  webhooks: Type.Array(Webhook),
  types: Type.Array(Type.String(), { description: 'the facts that a webhook may want' }),
  mostPerSite: Type.Integer(),
});
export type WebhookList = Static<typeof WebhookList>;

export const NewWebhook = exact({ site: SiteKey, url: Url, types: WantedTypes });
export type NewWebhook = Static<typeof NewWebhook>;

/** The secret is told here and never again. */
export const WebhookWithSecret = exact({ webhook: Webhook, secret: Type.String() });
export type WebhookWithSecret = Static<typeof WebhookWithSecret>;

export const WebhookRef = exact({ id: WebhookId });
export type WebhookRef = Static<typeof WebhookRef>;

/** What is left out stays. */
export const WebhookChange = exact(
  {
    id: WebhookId,
    url: Type.Optional(Url),
    types: Type.Optional(WantedTypes),
    isPaused: Type.Optional(Type.Boolean()),
  },
  { minProperties: 2 },
);
export type WebhookChange = Static<typeof WebhookChange>;

export const WebhookDelivery = exact({
  id: Type.Integer(),
  conversation: ConversationId,
  fromSeq: Seq,
  throughSeq: Seq,
  at: Time,
  attempt: Type.Integer({ minimum: 1 }),
  result: DeliveryResult,
  status: Type.Union([Type.Integer(), Type.Null()]),
  error: Type.Union([DeliveryError, Type.Null()]),
  ms: Type.Integer({ minimum: 0 }),
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;

export const WebhookDeliveries = exact({
  deliveries: Type.Array(WebhookDelivery),
  next: Type.Union([Type.Integer(), Type.Null()], { description: '`before` of the next page' }),
});
export type WebhookDeliveries = Static<typeof WebhookDeliveries>;

/**
 * What is sent again: one conversation from a seq on, all that had facts in a time range from its first one on, or what
 * failed for good. Sending begins there and goes on to the end, so that the order is kept.
 */
export const WebhookReplay = Type.Union([
  exact({ id: WebhookId, conversation: ConversationId, fromSeq: Type.Optional(Seq) }),
  exact({ id: WebhookId, from: Time, until: Time }),
  exact({ id: WebhookId, failed: Type.Literal(true) }),
]);
export type WebhookReplay = Static<typeof WebhookReplay>;

export const WebhookReplayed = exact({ conversations: Type.Integer({ minimum: 0 }) });
export type WebhookReplayed = Static<typeof WebhookReplayed>;

/** How a `ping` went. */
export const WebhookPinged = exact({
  isDelivered: Type.Boolean(),
  status: WebhookDelivery.properties.status,
  error: WebhookDelivery.properties.error,
  ms: Type.Integer({ minimum: 0 }),
});
export type WebhookPinged = Static<typeof WebhookPinged>;
