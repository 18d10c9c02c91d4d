import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Contents } from './contents.ts';
import { BackupError } from './error.ts';

/**
 * A backup file is one gzip stream of lines: a header (JSON), every row of every table in the header's order in COPY's
 * text format, and a trailer (JSON) with the SHA-256 of all that stands before it. `zcat FILE | head -1` shows the header.
 */
export const formatName = 'handrail backup';
export const formatVersion = 1;

const Count = Type.Integer({ minimum: 0 });
const Header = Type.Object({
  format: Type.Literal(formatName),
  version: Type.Literal(formatVersion),
  /** epoch ms */
  takenAt: Count,
  migrations: Type.Array(Type.String(), { minItems: 1 }),
  tables: Type.Array(Type.Object({ name: Type.String(), columns: Type.Array(Type.String()), rows: Count })),
  sequences: Type.Array(Type.Object({ name: Type.String(), value: Type.String(), isCalled: Type.Boolean() })),
});
export type BackupHeader = Static<typeof Header>;

const Trailer = Type.Object({ sha256: Type.String() });

/** A longer first line than this is no header of ours. */
export const maxHeaderBytes = 1024 * 1024;

export const headerLine = (contents: Contents, takenAt: number): Buffer =>
  Buffer.from(`${JSON.stringify({ format: formatName, version: formatVersion, takenAt, ...contents })}\n`);

export const trailerLine = (sha256: string): Buffer => Buffer.from(`${JSON.stringify({ sha256 })}\n`);

/** @throws BackupError `file_foreign`, `backup_newer` */
export function parseHeader(line: Buffer, path: string): BackupHeader {
  const value = parse(line);
  const { format, version } = Object(value) as { format?: unknown; version?: unknown };
  if (format === formatName && typeof version === 'number' && version > formatVersion) {
    throw new BackupError(
      'backup_newer',
      `${path} was written by a newer Handrail (format ${version}; this one reads ${formatVersion}). Restore it with that one.`,
    );
  }
  if (!Value.Check(Header, value)) throw foreign(path);
  return value;
}

/** The checksum that the trailer names, null when the line is no trailer. */
export function parseTrailer(line: Buffer): string | null {
  const value = parse(line);
  return Value.Check(Trailer, value) ? value.sha256 : null;
}

export const foreign = (path: string) => new BackupError('file_foreign', `${path} is no Handrail backup.`);

export const damaged = (path: string, why: string, cause?: unknown) =>
  new BackupError(
    'file_damaged',
    `${path} is damaged (${why}); nothing was restored from it. Take another backup.`,
    { cause },
  );

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return null;
  }
}
