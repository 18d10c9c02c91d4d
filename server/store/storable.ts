/**
 * The value with every text in it as PostgreSQL can keep it: no NUL, no half of a surrogate pair. Each becomes the
 * replacement character, so that lengths stay and a message with such a sign is not lost.
 */
export function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : part,
  );
}

export const storableText = (text: string): string => withoutNul(text).toWellFormed();

/** For text that comes in pieces: a pair of surrogates may be split between two of them. */
export const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD');
