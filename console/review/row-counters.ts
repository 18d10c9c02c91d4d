/** Counts the finished rows of a file that comes in pieces, cut anywhere. */
export interface RowCounter {
  /** @returns rows so far */
  add(bytes: Uint8Array): number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;

/** JSONL: one line a row. A newline within a text is escaped. */
export function createJsonlCounter(): RowCounter {
  let rows = 0;
  return {
    add(bytes) {
      for (const byte of bytes) if (byte === newline) rows += 1;
      return rows;
    },
  };
}

/**
 * CSV with a header and CRLF between rows: a line break within quotes is part of a cell. A doubled quote leaves
 * the quotes and enters them again, which counts the same.
 */
export function createCsvCounter(): RowCounter {
  let lines = 0;
  let isQuoted = false;
  let last = 0;
  return {
    add(bytes) {
      for (const byte of bytes) {
        if (byte === quote) isQuoted = !isQuoted;
        if (byte === newline && last === carriageReturn && !isQuoted) lines += 1;
        last = byte;
      }
      return Math.max(0, lines - 1);
    },
  };
}
