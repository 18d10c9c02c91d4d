import { RefusalError } from '../plugins/errors.ts';
import type { Cursor } from '../store/cursor.ts';

/**
 * Where the next page begins; null for the first one.
 * @throws RefusalError invalid
 */
export function readCursor<T>(text: string | undefined, cursor: Cursor<T>, name = 'cursor'): T | null {
  if (text === undefined) return null;
  const end = cursor.decode(text);
  if (end === null) throw new RefusalError('invalid', { detail: `${name} is not one of ours` });
  return end;
}
