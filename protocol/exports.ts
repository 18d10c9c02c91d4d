import { type Static, Type } from 'typebox';
import { FeedbackFilter } from './feedback.ts';
import { exact, Time, uuidPattern } from './ids.ts';

/** What an export is written as (docs/exports.md). Of facts only the first three. */
export const ExportFormat = Type.Union([
  Type.Literal('csv'),
  Type.Literal('jsonl'),
  Type.Literal('parquet'),
  Type.Literal('openai-supervised'),
  Type.Literal('openai-preference'),
  Type.Literal('trl-preference'),
  Type.Literal('promptfoo-yaml'),
  Type.Literal('promptfoo-csv'),
  Type.Literal('promptfoo-jsonl'),
  Type.Literal('langfuse-scores'),
  Type.Literal('langfuse-items'),
  Type.Literal('argilla'),
]);
export type ExportFormat = Static<typeof ExportFormat>;

/** `feedback`: one row for each answer feedback and rating. `facts`: one row for each fact of every conversation. */
export const ExportContent = Type.Union([Type.Literal('feedback'), Type.Literal('facts')]);
export type ExportContent = Static<typeof ExportContent>;

/** Why a row that matches the filter is not in the file. */
export const LeftOutReason = Type.Union([
  Type.Literal('do_not_train'),
  Type.Literal('no_question'),
  Type.Literal('no_better_answer'),
]);
export type LeftOutReason = Static<typeof LeftOutReason>;

export const PersonalDataKind = Type.Union([
  Type.Literal('email'),
  Type.Literal('phone'),
  Type.Literal('card'),
  Type.Literal('iban'),
  Type.Literal('key'),
]);
export type PersonalDataKind = Static<typeof PersonalDataKind>;

const count = Type.Integer({ minimum: 0 });
const Counts = Type.Record(Type.String({ maxLength: 40 }), count);

/** What is to be exported, and how. */
export const ExportOrder = exact({
  content: Type.Optional(ExportContent),
  format: ExportFormat,
  filter: FeedbackFilter,
  isRedacted: Type.Optional(
    Type.Boolean({ description: 'false, for who may: personal data is left in. Default true' }),
  ),
});
export type ExportOrder = Static<typeof ExportOrder>;

export const ExportSchedule = Type.Union([Type.Literal('daily'), Type.Literal('weekly')]);
export type ExportSchedule = Static<typeof ExportSchedule>;

/** What comes again and again: each time what has come since the time before, under the other conditions. */
export const ScheduleOrder = exact({
  format: ExportFormat,
  filter: Type.Omit(FeedbackFilter, ['from', 'until'], { additionalProperties: false }),
  isRedacted: Type.Optional(Type.Boolean()),
  every: ExportSchedule,
});
export type ScheduleOrder = Static<typeof ScheduleOrder>;

export const ExportId = Type.String({ pattern: uuidPattern });
export const OneExport = exact({ id: ExportId });

export const Export = exact({
  id: ExportId,
  content: ExportContent,
  format: ExportFormat,
  filter: FeedbackFilter,
  isRedacted: Type.Boolean(),
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
  rows: Type.Integer({ minimum: 0, description: 'read so far' }),
  total: count,
  written: count,
  leftOut: Counts,
  bytes: count,
  name: Type.String({ description: 'of the file' }),
  by: Type.String({ description: 'who asked for it' }),
  isScheduled: Type.Boolean(),
  madeAt: Time,
  expiresAt: Time,
});
export type Export = Static<typeof Export>;

export const Schedule = exact({
  id: ExportId,
  format: ExportFormat,
  filter: FeedbackFilter,
  isRedacted: Type.Boolean(),
  every: ExportSchedule,
  by: Type.String(),
  nextAt: Time,
});
export type Schedule = Static<typeof Schedule>;

export const ExportList = exact({
  exports: Type.Array(Export),
  schedules: Type.Array(Schedule),
  keepDays: Type.Integer({ minimum: 1, description: 'a file is kept for so long' }),
});
export type ExportList = Static<typeof ExportList>;

/** What stands beside every export: enough to say later what its file holds and what not. */
export const ExportManifest = exact({
  export: ExportId,
  formatVersion: Type.Integer({ minimum: 1 }),
  content: ExportContent,
  format: ExportFormat,
  file: Type.String(),
  bytes: count,
  madeAt: Type.String({ description: 'ISO 8601' }),
  by: Type.String(),
  sites: Type.Array(Type.String(), { description: 'keys' }),
  filter: FeedbackFilter,
  rows: exact({
    matched: count,
    read: count,
    written: count,
    leftOut: Counts,
  }),
  redaction: exact({ isOn: Type.Boolean(), replaced: Counts }),
  definitions: Type.Record(Type.String({ maxLength: 40 }), Type.String()),
});
export type ExportManifest = Static<typeof ExportManifest>;
