/** A part of a file: its first byte, and the first that is not in it. */
export interface Part {
  readonly from: number;
  readonly until: number;
}

/**
 * The part of a file that a `Range` header asks for (RFC 9110): the whole of it for what is no single range of bytes.
 * @returns null for a part that is not there
 */
export function partOf(header: string | undefined, size: number): Part | null {
  const whole = { from: 0, until: size };
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return whole;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return whole;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { from: size - length, until: size };
  }
  const from = Number(first);
  const until = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < from) return whole;
  return from < size ? { from, until } : null;
}
