import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { AttachedFile } from '../../protocol/files.ts';
import { readStored, removeStored, storedKeys, writeStored } from '../shared/storage.ts';

/** What an agent has begun to write in one conversation. */
export interface Draft {
  readonly reply: string;
  readonly note: string;
  readonly mode: 'reply' | 'note';
  /** Of the reply; the server has them, and keeps them for a day. */
  readonly files: readonly AttachedFile[];
}

const emptyDraft: Draft = { reply: '', note: '', mode: 'reply', files: [] };

/** Drafts that survive a reload, each conversation's and each agent's own. */
export interface Drafts {
  of(conversationId: string): ReadonlySignal<Draft>;
  change(conversationId: string, change: Partial<Draft>): void;
  /** What could not be sent comes back into its box, before what has been written since. */
  putBack(conversationId: string, mode: Draft['mode'], text: string, files?: readonly AttachedFile[]): void;
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
    const draft = signal<Draft>(
      isDraft(kept) ? { ...kept, files: kept.files?.filter(isFile) ?? [] } : emptyDraft,
    );
    opened.set(conversationId, draft);
    return draft;
  };

  const change = (conversationId: string, fields: Partial<Draft>) => {
    const draft = of(conversationId);
    draft.value = { ...draft.peek(), ...fields };
    const { reply, note, files } = draft.value;
    if (reply === '' && note === '' && files.length === 0) {
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
    putBack(conversationId, mode, text, files = []) {
      const draft = of(conversationId).peek();
      const written = draft[mode];
      const words = [text, written].filter((one) => one !== '').join('\n');
      change(conversationId, { mode, [mode]: words, files: [...files, ...draft.files] });
    },
  };
}

/** One of an older console has no files. */
function isDraft(value: unknown): value is Omit<Draft, 'files'> & { files?: unknown[] } {
  const draft = value as Partial<Draft> | null;
  return (
    typeof draft?.reply === 'string' &&
    typeof draft.note === 'string' &&
    (draft.mode === 'reply' || draft.mode === 'note') &&
    (draft.files === undefined || Array.isArray(draft.files))
  );
}

function isFile(value: unknown): value is AttachedFile {
  const file = value as Partial<AttachedFile> | null;
  return (
    [file?.id, file?.name, file?.kind].every((one) => typeof one === 'string') && Number(file?.bytes) > 0
  );
}
