import { uuidPattern } from '../../protocol/ids.ts';

/** Exactly what we write: PostgreSQL would fail on anything that only looks like it. */
const shapes = { time: '\\d{1,16}', number: '\\d{1,9}', uuid: uuidPattern.slice(1, -1) } as const;

type Kinds<T> = { readonly [K in keyof T]: T[K] extends number ? 'time' | 'number' : 'uuid' };

/** Where a page ends, as text that means nothing to whoever carries it. */
export interface Cursor<T> {
  encode(end: T): string;
  /** @returns null for text that is no cursor of ours */
  decode(text: string): T | null;
}

/** @param kinds the fields by which a list is ordered */
export function createCursor<T extends { readonly [K in keyof T]: number | string }>(
  kinds: Kinds<T>,
): Cursor<T> {
  const fields = Object.entries<'time' | 'number' | 'uuid'>(kinds);
  const pattern = new RegExp(`^${fields.map(([, kind]) => `(${shapes[kind]})`).join(':')}$`);
  return {
    encode: (end) =>
      Buffer.from(fields.map(([name]) => end[name as keyof T]).join(':')).toString('base64url'),
    decode(text) {
      const [, ...parts] = pattern.exec(Buffer.from(text, 'base64url').toString()) ?? [];
      if (parts.length === 0) return null;
      const values = fields.map(([name, kind], at) => [
        name,
        kind === 'uuid' ? parts[at] : Number(parts[at]),
      ]);
      // Made of these very fields, each of its kind.
      return Object.fromEntries(values) as T;
    },
  };
}
