import { type Static, Type } from 'typebox';
import { exact } from '../../protocol/ids.ts';

const count = Type.Integer({ minimum: 0 });
const Counts = Type.Record(Type.String({ maxLength: 40 }), count);

/** Grows when the same feedback would be written as something else. */
const formatVersion = 2;

/**
 * How far an export has come, as JSON: kept with what has been written so far, in one step. Whoever goes on from here
 * writes the same bytes as one who was never interrupted.
 */
export const Checkpoint = exact({
  /** Of the last row read; null: none yet. */
  cursor: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  isDone: Type.Boolean(),
  bytes: count,
  rows: count,
  written: count,
  leftOut: Counts,
  replaced: Counts,
  /** Parquet: the row groups that the end of the file lists. */
  groups: Type.Array(Type.Unknown()),
  /** As what it is written; none: as version 1. */
  formatVersion: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type Checkpoint = Static<typeof Checkpoint>;

export const atTheBeginning: Checkpoint = {
  cursor: null,
  isDone: false,
  bytes: 0,
  rows: 0,
  written: 0,
  leftOut: {},
  replaced: {},
  groups: [],
  formatVersion,
};

export const formatVersionOf = (checkpoint: Checkpoint): number => checkpoint.formatVersion ?? 1;

/** One that an older or newer Handrail began has other columns: half of each is no file. */
export const canGoOn = (checkpoint: Checkpoint): boolean => formatVersionOf(checkpoint) === formatVersion;
