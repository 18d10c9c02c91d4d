import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { readStored, removeStored, storedKeys, writeStored } from '../shared/storage.ts';

/** What an agent has begun to write in one conversation. */
export interface Draft {
  readonly reply: string;
  readonly note: string;
  readonly mode: 'reply' | 'note';
}

const emptyDraft: Draft = { reply: '', note: '', mode: 'reply' };

/** Drafts that survive a reload, each conversation's and each agent's own. */
export interface Drafts {
  of(conversationId: string): ReadonlySignal<Draft>;
  change(conversationId: string, change: Partial<Draft>): void;
  /** A text that could not be sent comes back into its box, before what has been written since. */
  putBack(conversationId: string, mode: Draft['mode'], text: string): void;
}

/** The oldest beyond this many are dropped, so that years of work do not fill the browser's storage. */
const mostDrafts = 200;

export function createDrafts(agentId: string): Drafts {
  const shelf = `${agentId}.draft.`;
  const opened = new Map<string, Signal<Draft>>();

  const of = (conversationId: string) => {
    const known = opened.get(conversationId);
    if (known !== undefined) return known;
    const kept = readStored(shelf + conversationId);
    const draft = signal<Draft>(isDraft(kept) ? kept : emptyDraft);
    opened.set(conversationId, draft);
    return draft;
  };

  const change = (conversationId: string, fields: Partial<Draft>) => {
    const draft = of(conversationId);
    draft.value = { ...draft.peek(), ...fields };
    if (draft.value.reply === '' && draft.value.note === '') {
      removeStored(shelf + conversationId);
      return;
    }
    writeStored(shelf + conversationId, draft.value);
    // Ids are in order of time, so the first keys are the oldest conversations.
    const keys = storedKeys(shelf);
    for (const key of keys.slice(0, Math.max(0, keys.length - mostDrafts))) removeStored(key);
  };

  return {
    of,
    change,
    putBack(conversationId, mode, text) {
      const written = of(conversationId).peek()[mode];
      change(conversationId, { mode, [mode]: written === '' ? text : `${text}\n${written}` });
    },
  };
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return (
    typeof draft?.reply === 'string' &&
    typeof draft.note === 'string' &&
    (draft.mode === 'reply' || draft.mode === 'note')
  );
}
