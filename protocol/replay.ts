import { type Static, type TSchema, Type } from 'typebox';
import { AppliedGuidance, GuidanceId, Version } from './guidance.ts';
import { exact, SiteKey, Time, uuidPattern } from './ids.ts';

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Question = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });
const questions = (description: string) => Type.Array(Question, { maxItems: 50, description });
const Phrases = Type.Array(Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }), { maxItems: 20 });

/** How the answers to the questions of a case are scored; all of it must hold. */
export const ReplayChecks = exact({
  contains: Type.Optional(Phrases),
  notContains: Type.Optional(Phrases),
  similar: Type.Optional(
    exact({
      text: Type.String({ minLength: 1, maxLength: 4_000, pattern: '\\S' }),
      atLeast: Type.Number({ minimum: 0, maximum: 1 }),
    }),
  ),
  judge: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2_000,
      pattern: '\\S',
      description: "how the answer has to be, in words: the site's judging model says yes or no",
    }),
  ),
});
export type ReplayChecks = Static<typeof ReplayChecks>;

/** What people add to a guidance, so that it can be tried against the bot. */
export const ReplayCaseContent = exact({
  questions: questions('must get it, beside its examples'),
  neighbours: questions('close to it, and must not get it; beside those that are found among past questions'),
  checks: Type.Union([ReplayChecks, Type.Null()], {
    description: 'null: those that a guidance has by itself (docs/replay.md)',
  }),
});
export type ReplayCaseContent = Static<typeof ReplayCaseContent>;

export const ReplayCase = exact({
  guidance: GuidanceId,
  ...ReplayCaseContent.properties,
  examples: Type.Array(Type.String(), {
    description: 'of its version that is tried: these must get it, too',
  }),
  usual: ReplayChecks,
  changedAt: Type.Union([Time, Type.Null()]),
  changedBy: Type.Union([Type.String(), Type.Null()]),
});
export type ReplayCase = Static<typeof ReplayCase>;

export const ReplayCaseChange = exact({ id: GuidanceId, ...ReplayCaseContent.properties });
export type ReplayCaseChange = Static<typeof ReplayCaseChange>;

/** Cases as JSONL, one a line: `{"guidance", "questions"?, "neighbours"?, "checks"?}`. All of them, or none. */
export const ReplayCaseImport = exact({ site: SiteKey, lines: Type.String({ maxLength: 60_000 }) });
export type ReplayCaseImport = Static<typeof ReplayCaseImport>;

export const ReplayImported = exact({ cases: Type.Integer({ minimum: 0 }) });
export type ReplayImported = Static<typeof ReplayImported>;

export const BotVersion = Type.String({ minLength: 1, maxLength: 80, pattern: '^[!-~]+( [!-~]+)*$' });

export const ReplayStart = exact({
  site: SiteKey,
  guidance: Type.Optional(GuidanceId),
  version: Type.Optional(Version),
  botVersion: Type.Optional(BotVersion),
});
export type ReplayStart = Static<typeof ReplayStart>;

export const ReplayId = Type.String({ pattern: uuidPattern });
export const OneReplay = exact({ id: ReplayId });

/** `interrupted`: its process died, or it was stopped; what was asked until then stays. */
export const ReplayState = Type.Union([
  Type.Literal('running'),
  Type.Literal('done'),
  Type.Literal('interrupted'),
  Type.Literal('failed'),
]);
export type ReplayState = Static<typeof ReplayState>;

/**
 * What came of one question. `missed`: it must get the guidance and does not. `wrong`: it gets it, and the answer does
 * not pass. `relapsed`: the bot alone answered it right in another version, and does no more. `changed`: a neighbour that
 * gets the guidance. `unjudged`: the judging model was silent. `unasked`: the bot gave no answer.
 */
export const ReplayVerdict = Type.Union([
  Type.Literal('passed'),
  Type.Literal('missed'),
  Type.Literal('wrong'),
  Type.Literal('relapsed'),
  Type.Literal('changed'),
  Type.Literal('unjudged'),
  Type.Literal('unasked'),
]);
export type ReplayVerdict = Static<typeof ReplayVerdict>;

/** How many questions came to what. */
export const ReplayCounts = exact({
  passed: Type.Integer({ minimum: 0 }),
  failed: Type.Integer({ minimum: 0, description: 'missed, wrong, relapsed or changed' }),
  open: Type.Integer({ minimum: 0, description: 'unjudged or unasked' }),
});
export type ReplayCounts = Static<typeof ReplayCounts>;

export const ReplayRun = exact({
  id: ReplayId,
  site: Type.String(),
  siteName: Type.String(),
  botVersion: orNull(Type.String()),
  guidance: Type.Union([GuidanceId, Type.Null()], { description: 'null: all that is live' }),
  version: orNull(Version),
  by: Type.Union([Type.String(), Type.Null()], {
    description: 'name; null: the operator, by `handrail replay`',
  }),
  state: ReplayState,
  problem: orNull(Type.String({ description: 'why it ended before its end' })),
  total: Type.Integer({ minimum: 0, description: 'questions' }),
  counts: ReplayCounts,
  startedAt: Time,
  endedAt: Type.Union([Time, Type.Null()]),
});
export type ReplayRun = Static<typeof ReplayRun>;

/** What one check said; `passed` null: it could not be told. */
export const ReplayCheck = exact({
  check: Type.Union([
    Type.Literal('contains'),
    Type.Literal('not_contains'),
    Type.Literal('similar'),
    Type.Literal('judge'),
  ]),
  wanted: Type.String(),
  passed: orNull(Type.Boolean()),
  score: Type.Optional(Type.Number()),
});
export type ReplayCheck = Static<typeof ReplayCheck>;

/** A part of two texts that are compared: in both, only in the one without guidance, only in the one with it. */
export const DiffPart = exact({
  in: Type.Union([Type.Literal('both'), Type.Literal('without'), Type.Literal('with')]),
  text: Type.String(),
});
export type DiffPart = Static<typeof DiffPart>;

export const ReplayResult = exact({
  guidance: GuidanceId,
  version: Version,
  kind: Type.Union([Type.Literal('must_get'), Type.Literal('neighbour')]),
  question: Type.String(),
  verdict: Type.Union([ReplayVerdict, Type.Null()], { description: 'null: not asked yet' }),
  applied: Type.Union([AppliedGuidance, Type.Null()]),
  without: orNull(Type.String({ description: 'what the bot answers by itself' })),
  with: orNull(Type.String({ description: 'what customers get' })),
  diff: Type.Array(DiffPart),
  checks: Type.Array(ReplayCheck),
  isRightAlone: orNull(Type.Boolean({ description: 'whether the bot by itself passes the checks' })),
  rightBefore: orNull(Type.String({ description: 'the bot version that answered it right by itself' })),
  failure: orNull(Type.String({ description: 'why the bot gave no answer' })),
  /** Told, and no failure: that a bot answers a close question in other words need not be wrong. */
  before: Type.Union(
    [
      exact({
        botVersion: Type.String(),
        answer: Type.String(),
        diff: Type.Array(DiffPart, { description: '`without`: only before; `with`: only now' }),
      }),
      Type.Null(),
    ],
    {
      description:
        'of a close question: what the last other version of the bot answered by itself; null: the same, or it was not asked',
    },
  ),
});
export type ReplayResult = Static<typeof ReplayResult>;

export const ReplayReport = exact({ run: ReplayRun, results: Type.Array(ReplayResult) });
export type ReplayReport = Static<typeof ReplayReport>;

export const ReplayFilter = exact({
  site: Type.Optional(SiteKey),
  guidance: Type.Optional(GuidanceId),
});
export type ReplayFilter = Static<typeof ReplayFilter>;

/** Newest first. With a guidance: the runs in which it was tried, with the counts of its own questions. */
export const ReplayPage = exact({
  items: Type.Array(ReplayRun),
  next: orNull(Type.String({ description: 'cursor of the next page' })),
});
export type ReplayPage = Static<typeof ReplayPage>;
