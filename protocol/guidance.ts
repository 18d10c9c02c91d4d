import { type Static, type TSchema, Type } from 'typebox';
import { CustomerTraits } from './customer.ts';
import { AgentId, ConversationId, exact, SiteKey, Time, Turn, uuidPattern } from './ids.ts';
import { Comment } from './message.ts';

/** Most guidance of one site, and most versions of one: beyond that, something is wrong. */
export const mostGuidance = 2_000;
export const mostVersions = 500;

export const GuidanceId = Type.String({ pattern: uuidPattern });
export type GuidanceId = Static<typeof GuidanceId>;

/** 1 for the first. A version never changes. */
export const Version = Type.Integer({ minimum: 1, maximum: mostVersions });
export type Version = Static<typeof Version>;

/** `answer`: given word for word. `hint`: told to the bot with the question. `person`: this topic goes to people. */
export const GuidanceKind = Type.Union([
  Type.Literal('answer'),
  Type.Literal('hint'),
  Type.Literal('person'),
]);
export type GuidanceKind = Static<typeof GuidanceKind>;

/** Whom and when it concerns; all of it must hold. Empty: everybody, always. */
export const GuidanceScope = exact({
  languages: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$' }), {
      minItems: 1,
      maxItems: 20,
      description: '`en` fits `en-GB`, too',
    }),
  ),
  traits: Type.Optional(CustomerTraits),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
});
export type GuidanceScope = Static<typeof GuidanceScope>;

/** The answer that it was made from. */
export const GuidanceOrigin = exact({ conversationId: ConversationId, turn: Turn });
export type GuidanceOrigin = Static<typeof GuidanceOrigin>;

const text = Type.String({ minLength: 1, maxLength: 4_000, pattern: '\\S' });

/** What a version says. */
export const GuidanceContent = exact({
  kind: GuidanceKind,
  text,
  examples: Type.Array(Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }), {
    minItems: 1,
    maxItems: 50,
    description: 'questions that it is for',
  }),
  scope: GuidanceScope,
});
export type GuidanceContent = Static<typeof GuidanceContent>;

/** Why something was done; may be empty where it says itself. */
const why = { reason: Comment };

export const NewGuidance = exact({
  site: SiteKey,
  ...GuidanceContent.properties,
  ...why,
  isProposed: Type.Boolean({ description: 'true: waits for approval at once' }),
  question: Type.Optional(
    Type.String({ pattern: uuidPattern, description: 'the weak question that it is written for' }),
  ),
});
export type NewGuidance = Static<typeof NewGuidance>;

/** Made of an answer: its question is the first example, an agent's better answer the text. */
export const GuidanceFromAnswer = exact({
  ...GuidanceOrigin.properties,
  ...why,
  text: Type.Optional(text),
});
export type GuidanceFromAnswer = Static<typeof GuidanceFromAnswer>;

export const GuidanceChange = exact({
  id: GuidanceId,
  base: Type.Integer({
    minimum: 1,
    maximum: mostVersions,
    description: 'the newest version that the writer saw',
  }),
  ...GuidanceContent.properties,
  ...why,
  isProposed: NewGuidance.properties.isProposed,
});
export type GuidanceChange = Static<typeof GuidanceChange>;

/** Of one version: propose, approve, send back, roll back to. */
export const GuidanceVersionRef = exact({ id: GuidanceId, version: Version, ...why });
export type GuidanceVersionRef = Static<typeof GuidanceVersionRef>;

export const GuidanceRetirement = exact({ id: GuidanceId, ...why });
export type GuidanceRetirement = Static<typeof GuidanceRetirement>;

/** `live` while one version is given to customers, also with a newer one that is written or proposed. */
export const GuidanceState = Type.Union([
  Type.Literal('draft'),
  Type.Literal('proposed'),
  Type.Literal('live'),
  Type.Literal('retired'),
]);
export type GuidanceState = Static<typeof GuidanceState>;

const orNull = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

export const GuidanceVersion = exact({
  version: Version,
  ...GuidanceContent.properties,
  by: exact({ id: AgentId, name: Type.String() }),
  at: Time,
  ...why,
  origin: orNull(GuidanceOrigin),
});
export type GuidanceVersion = Static<typeof GuidanceVersion>;

/** What a guidance changed on its topic. `too_few`: too few cases to say. */
export const ProofVerdict = Type.Union([
  Type.Literal('better'),
  Type.Literal('worse'),
  Type.Literal('no_difference'),
  Type.Literal('too_few'),
]);
export type ProofVerdict = Static<typeof ProofVerdict>;

/** A row of the list: the guidance with its newest version. */
export const Guidance = exact({
  id: GuidanceId,
  site: Type.String(),
  siteName: Type.String(),
  state: GuidanceState,
  live: orNull(Version),
  proposed: orNull(Version),
  approved: Type.Array(Version, { description: 'what can be rolled back to' }),
  isApprovedByTwo: Type.Boolean({ description: 'whoever wrote a version may not approve it' }),
  changedAt: Time,
  changedBy: Type.String({ description: 'name of who did something with it last' }),
  effect: orNull(ProofVerdict, 'of what is live; null: nothing is, or it has not been measured yet'),
  newest: GuidanceVersion,
});
export type Guidance = Static<typeof Guidance>;

export const GuidanceAction = Type.Union([
  Type.Literal('written'),
  Type.Literal('proposed'),
  Type.Literal('sent_back'),
  Type.Literal('approved'),
  Type.Literal('retired'),
  Type.Literal('rolled_back'),
]);
export type GuidanceAction = Static<typeof GuidanceAction>;

/** What was done with it, in order, forever. */
export const GuidanceStep = exact({
  seq: Type.Integer({ minimum: 1 }),
  action: GuidanceAction,
  version: Version,
  by: GuidanceVersion.properties.by,
  at: Time,
  ...why,
});
export type GuidanceStep = Static<typeof GuidanceStep>;

/** With its newest fifty versions and two hundred steps, newest first, and the live version in any case. */
export const GuidanceHistory = exact({
  guidance: Guidance,
  versions: Type.Array(GuidanceVersion),
  steps: Type.Array(GuidanceStep),
});
export type GuidanceHistory = Static<typeof GuidanceHistory>;

export const GuidanceFilter = exact({
  site: Type.Optional(SiteKey),
  state: Type.Optional(GuidanceState),
  effect: Type.Optional(ProofVerdict),
});
export type GuidanceFilter = Static<typeof GuidanceFilter>;

/** Newest change first. */
export const GuidancePage = exact({
  items: Type.Array(Guidance),
  total: Type.Integer({ minimum: 0 }),
  worse: Type.Integer({ minimum: 0, description: 'live, and made things worse; whatever is filtered' }),
  next: orNull(Type.String({ description: 'cursor of the next page' })),
});
export type GuidancePage = Static<typeof GuidancePage>;

/** What was applied to an answer: how alike the question was to its examples, and how alike it had to be. */
export const AppliedGuidance = exact({
  id: GuidanceId,
  version: Version,
  kind: GuidanceKind,
  score: Type.Number(),
  threshold: Type.Number(),
  judge: Type.Optional(
    Type.Literal('yes', { description: 'it was close to the threshold, and a judging model confirmed it' }),
  ),
});
export type AppliedGuidance = Static<typeof AppliedGuidance>;

/** What of it stands beside an answer in lists and exports. */
export const ToldGuidance = Type.Pick(AppliedGuidance, ['id', 'version', 'kind', 'score'], {
  additionalProperties: false,
});
export type ToldGuidance = Static<typeof ToldGuidance>;
