import type { WeakQuestionRow, WeakView } from '../../protocol/weak-questions.ts';

/** How a list that is read anew differs from the one that is shown, beyond what its rows say. */
export interface ListNews {
  /** Rows to come. */
  readonly added: number;
  /** Rows that are in it no more. */
  readonly gone: ReadonlySet<string>;
  /** The same rows in another order. */
  readonly isMoved: boolean;
}

interface Read {
  readonly items: readonly WeakQuestionRow[];
  /** Whether more rows follow. */
  readonly next: string | null;
}

/** Whether a row, as it stands, is one of this view. */
export function belongsTo(view: WeakView, row: WeakQuestionRow, meId: string): boolean {
  if (view === 'todo') return row.status === 'open' || row.status === 'taken';
  if (view === 'mine') return row.status === 'taken' && row.owner?.id === meId;
  return row.status === view;
}

/**
 * What is new. Behind the last row that both have a list may go on otherwise than it did without anything being new: as
 * many rows as are asked for come from below, or are pushed there.
 * @param isOfView whether a row that is shown still claims to be one of the list: of one that does not, nobody need be told
 * @returns null: nothing
 */
export function newsOf(
  shown: Read,
  fresh: Read,
  isOfView: (row: WeakQuestionRow) => boolean,
): ListNews | null {
  const [before, now] = [idsOf(shown), idsOf(fresh)];
  const both = before.filter((id) => now.includes(id));
  const upTo = (ids: readonly string[]) =>
    ids.slice(0, ids.reduce((last, id, at) => (both.includes(id) ? at : last), -1) + 1);
  const lost = fresh.next === null ? before : upTo(before);
  const come = shown.next === null ? now : upTo(now);
  const claims = new Set(shown.items.filter(isOfView).map(({ id }) => id));
  const gone = new Set(lost.filter((id) => claims.has(id) && !now.includes(id)));
  const added = come.filter((id) => !before.includes(id)).length;
  const order = now.filter((id) => before.includes(id));
  const isMoved = both.some((id, at) => order[at] !== id);
  return added === 0 && gone.size === 0 && !isMoved ? null : { added, gone, isMoved };
}

const idsOf = ({ items }: Read) => items.map(({ id }) => id);

/** The news in a line. */
export function newsWords({ added, gone, isMoved }: ListNews): string {
  const parts = [...(added > 0 ? [`${added} new`] : []), ...(gone.size > 0 ? [`${gone.size} gone`] : [])];
  if (parts.length === 0) return 'The order has changed.';
  return `${parts.join(', ')}${isMoved ? ', and another order' : ''}.`;
}

/**
 * The list as it is now, with the row that somebody has open kept where it was, if it is there no more: what they write
 * in it is not taken away.
 */
export function withOpened(
  shown: readonly WeakQuestionRow[],
  fresh: readonly WeakQuestionRow[],
  openedId: string | null,
): readonly WeakQuestionRow[] {
  const at = shown.findIndex(({ id }) => id === openedId);
  const opened = shown[at];
  if (opened === undefined || fresh.some(({ id }) => id === openedId)) return fresh;
  return [...fresh.slice(0, at), opened, ...fresh.slice(at)];
}
