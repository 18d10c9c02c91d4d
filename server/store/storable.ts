/**
 * The value with every text in it as PostgreSQL can keep it: no NUL, no half of a surrogate pair. Each becomes the
 * replacement character, so that lengths stay and a message with such a sign is not lost.
 */
export function storable<T>(value: T): T {
  const json = JSON.stringify(value);
  if (isStorable(json)) return value;
  return JSON.parse(json, (_key, part: unknown) => (typeof part === 'string' ? storableText(part) : part));
}

/** JSON writes such signs as escapes: without one (or what looks like one) there is nothing to replace in it. */
export const isStorable = (json: string): boolean => !/\\u(0000|d[89a-f])/i.test(json);

export const storableText = (text: string): string => withoutNul(text).toWellFormed();

/** For text that comes in pieces: a pair of surrogates may be split between two of them. */
export const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD');
