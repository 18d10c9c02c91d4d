import type { TranscriptItem } from '../../browser/transcript.ts';
import type { FactOf } from '../../protocol/conversation.ts';

/** What a conversation's customer was promised and has not ended, by deadline. */
export function openPromises(items: readonly TranscriptItem[]): readonly FactOf<'promise.made'>[] {
  const open = new Map<number, FactOf<'promise.made'>>();
  for (const item of items) {
    if (item.kind !== 'promise') continue;
    if (item.fact.type === 'promise.made') open.set(item.fact.seq, item.fact);
    else open.delete(item.fact.promise);
  }
  return [...open.values()].sort((a, b) => a.dueAt - b.dueAt);
}
