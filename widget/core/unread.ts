import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Fact } from '../../protocol/conversation.ts';
import type { FactsEvent } from '../../protocol/events.ts';
import type { Storage } from './storage.ts';

/** Counts what was said to the customer while nobody looked. Read in one tab is read in all. */
export interface Unread {
  readonly count: ReadonlySignal<number>;
  /** Facts that have just been added to the transcript of this conversation. */
  note(event: FactsEvent): void;
  /** Everything up to this seq has been seen. */
  read(conversationId: string, seq: number): void;
  /** Another tab may have read something. */
  refresh(): void;
}

const isNews = (fact: Fact) =>
  (fact.type === 'message.sent' && fact.by.kind === 'agent') ||
  (fact.type === 'answer.ended' && fact.outcome !== 'stopped') ||
  fact.type === 'handoff.accepted' ||
  fact.type === 'handoff.returned' ||
  // What they told us has changed something: the only status that calls.
  ('about' in fact && fact.status === 'changed');

export function createUnread(storage: Storage): Unread {
  const news = signal<{ conversationId: string; seqs: readonly number[] }>({ conversationId: '', seqs: [] });
  const seen = signal(storage.get('read'));
  const count = computed(() => {
    const { conversationId, seqs } = news.value;
    const through = seen.value?.conversationId === conversationId ? seen.value.seq : 0;
    return seqs.filter((seq) => seq > through).length;
  });
  return {
    count,
    note({ conversationId, facts }) {
      const known = news.value.conversationId === conversationId ? news.value.seqs : [];
      const fresh = facts.filter((fact) => isNews(fact) && fact.seq > (known.at(-1) ?? 0));
      news.value = { conversationId, seqs: [...known, ...fresh.map(({ seq }) => seq)] };
    },
    read(conversationId, seq) {
      if (seen.value?.conversationId === conversationId && seen.value.seq >= seq) return;
      seen.value = { conversationId, seq };
      storage.set('read', { conversationId, seq });
    },
    refresh() {
      seen.value = storage.get('read');
    },
  };
}
