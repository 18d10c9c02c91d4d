import { type ReadonlySignal, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import type { FeedbackAbout, FeedbackItem, ReceiptStatus, ReviewStatus } from '../../protocol/feedback.ts';
import { type Api, ApiError } from '../api.ts';
import { refusalWords } from '../shared/words.ts';

/** What is under way on one row: being saved, a word asked for, or what went wrong. */
export type RowReview =
  | { readonly kind: 'saving'; readonly status: ReviewStatus }
  | { readonly kind: 'asking'; readonly status: ReviewStatus; readonly word: string }
  | { readonly kind: 'failed'; readonly status: ReviewStatus; readonly word: string; readonly text: string };

/** What reviewers say to feedback, row by row. */
export interface Reviewing {
  readonly rows: ReadonlySignal<ReadonlyMap<string, RowReview>>;
  /** Saves it at once, or asks for a word first where the customer is told of a decision. */
  begin(item: FeedbackItem, status: ReviewStatus): void;
  /** Also tries again, as the same command: nothing is said twice. */
  save(item: FeedbackItem, status: ReviewStatus, word: string): Promise<void>;
  cancel(item: FeedbackItem): void;
}

/** Where a feedback may go from here, as the server has it too: looking need not be said by itself. */
const moves: Readonly<Record<ReceiptStatus, readonly ReviewStatus[]>> = {
  received: ['looked_at', 'changed', 'not_changed'],
  looked_at: ['changed', 'not_changed'],
  not_changed: ['changed'],
  changed: [],
};
export const movesOf = ({ status }: FeedbackItem): readonly ReviewStatus[] =>
  status === null ? [] : moves[status];

/** @param onSaved the list shows it from now on */
export function createReviewing(
  api: Pick<Api, 'command'>,
  onSaved: (id: string, now: Pick<FeedbackItem, 'status' | 'word'>) => void,
): Reviewing {
  const rows = signal<ReadonlyMap<string, RowReview>>(new Map());
  /** Of what got no answer: the server may have carried it out. */
  const unanswered = new Map<string, string>();
  const set = (id: string, row: RowReview | null) => {
    const next = new Map(rows.peek());
    if (row === null) next.delete(id);
    else next.set(id, row);
    rows.value = next;
  };

  const save = async (item: FeedbackItem, status: ReviewStatus, word: string) => {
    if (rows.peek().get(item.id)?.kind === 'saving') return;
    set(item.id, { kind: 'saving', status });
    const key = JSON.stringify([item.id, status, word]);
    const cid = unanswered.get(key) ?? uuidv7();
    unanswered.set(key, cid);
    const fail = (text: string) => set(item.id, { kind: 'failed', status, word, text });
    try {
      const { conversationId } = item;
      const reply = await api.command('feedback:review', {
        cid,
        conversationId,
        about: aboutOf(item),
        status,
        word,
      });
      if (!reply.ok) {
        if (!reply.retryable) unanswered.delete(key);
        return fail(refusalWords(reply.code));
      }
      unanswered.delete(key);
      set(item.id, null);
      onSaved(item.id, { status, word });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fail(refusalWords('unsent'));
    }
  };

  return {
    rows,
    begin(item, status) {
      if (!movesOf(item).includes(status)) return;
      if (status === 'looked_at') void save(item, status, '');
      else set(item.id, { kind: 'asking', status, word: '' });
    },
    save,
    cancel: (item) => set(item.id, null),
  };
}

const aboutOf = ({ kind, turn }: FeedbackItem): FeedbackAbout =>
  kind === 'conversation' || kind === 'handoff' ? kind : (turn ?? 1);
