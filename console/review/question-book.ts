import { type ReadonlySignal, signal } from '@preact/signals';
import type {
  WeakMoved,
  WeakQuestionDetail,
  WeakQuestionPage,
  WeakQuestionRow,
} from '../../protocol/weak-questions.ts';
import { type Api, ApiError } from '../api.ts';
import type { WeakVerb } from '../review-api.ts';
import { createPagedList, type PagedList } from '../shared/paged-list.ts';
import { questionProblem } from './question-words.ts';

/** What came of the last thing that was done, and the way back from it where there is one. */
export interface Said {
  /** The question that it is about. */
  readonly at: string;
  readonly isProblem: boolean;
  readonly text: string;
  readonly undo: { readonly verb: 'merge' | 'split'; readonly body: { readonly id: string } } | null;
}

type Details = ReadonlyMap<string, WeakQuestionDetail | 'failed'>;

/** Weak questions without a screen. Nothing here throws: what went wrong is said in place. */
export interface QuestionBook {
  readonly list: PagedList<WeakQuestionPage, WeakQuestionRow>;
  /** What is behind those that have been opened. */
  readonly details: ReadonlySignal<Details>;
  readonly said: ReadonlySignal<Said | null>;
  readonly isBusy: ReadonlySignal<boolean>;
  /** Shows these. */
  show(asked: URLSearchParams): Promise<void>;
  /** Reads all that is shown again. */
  refresh(): Promise<void>;
  open(id: string): Promise<void>;
  /** Each says whether it was done. */
  take(row: WeakQuestionRow): Promise<boolean>;
  release(row: WeakQuestionRow): Promise<boolean>;
  reopen(row: WeakQuestionRow): Promise<boolean>;
  decline(row: WeakQuestionRow, reason: string): Promise<boolean>;
  merge(row: WeakQuestionRow, into: WeakQuestionRow): Promise<boolean>;
  split(row: WeakQuestionRow, wordings: readonly string[]): Promise<boolean>;
  /** Takes back the last merging or splitting. @returns false: there is none */
  undo(): boolean;
  close(): void;
}

type QuestionApi = Pick<Api, 'weakQuestionList' | 'weakQuestion' | 'changeWeakQuestion'>;

export function createQuestionBook(api: QuestionApi): QuestionBook {
  const list = createPagedList(api.weakQuestionList, (page: WeakQuestionPage) => page.items);
  const details = signal<Details>(new Map());
  const said = signal<Said | null>(null);
  const isBusy = signal(false);
  const closing = new AbortController();
  let asked = new URLSearchParams();

  const keep = (id: string, detail: WeakQuestionDetail | 'failed') => {
    details.value = new Map(details.peek()).set(id, detail);
  };
  const open = async (id: string) => {
    try {
      const detail = await api.weakQuestion(id, closing.signal);
      keep(id, detail);
      list.change((row) => (row.id === id ? detail.question : row));
    } catch (error) {
      if (closing.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      // What is known is better than nothing.
      if (typeof details.peek().get(id) !== 'object') keep(id, 'failed');
    }
  };
  const refresh = async () => {
    await Promise.all([list.load(asked), ...[...details.peek().keys()].map(open)]);
  };

  /** @param work what it says once it is done, and what takes it back */
  const act = async (at: string, work: () => Promise<Pick<Said, 'text' | 'undo'>>): Promise<boolean> => {
    if (isBusy.peek()) return false;
    isBusy.value = true;
    said.value = null;
    try {
      said.value = { at, isProblem: false, ...(await work()) };
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said.value = { at, isProblem: true, text: questionProblem(error.code), undo: null };
      // Somebody was faster: it is shown as it is now.
      if (error.code !== 'unreachable') void open(at);
      return false;
    } finally {
      isBusy.value = false;
    }
  };
  const step = (verb: WeakVerb, { id }: WeakQuestionRow, text: string, more: object = {}) =>
    act(id, async () => {
      const row = await api.changeWeakQuestion<WeakQuestionRow>(verb, { id, ...more });
      list.change((one) => (one.id === id ? row : one));
      if (details.peek().has(id)) await open(id);
      return { text, undo: null };
    });
  /** What was moved is told with what moves it back. */
  const move = (verb: 'merge' | 'split', at: string, body: { id: string }, text: string) =>
    act(at, async () => {
      const { question, other, wordings } = await api.changeWeakQuestion<WeakMoved>(verb, body);
      const gone = new Map(details.peek());
      if (verb === 'merge') gone.delete(other);
      details.value = gone;
      await refresh();
      const back = verb === 'merge' ? 'split' : 'merge';
      const undo =
        verb === 'merge' ? { id: question.id, wordings, back: other } : { id: other, into: question.id };
      return { text, undo: { verb: back, body: undo } };
    });

  return {
    list,
    details,
    said,
    isBusy,
    show(query) {
      asked = query;
      said.value = null;
      return list.load(query);
    },
    refresh,
    open,
    take: (row) => step('take', row, 'Taken. It is yours to decide.'),
    release: (row) => step('release', row, 'Released. Anybody may take it.'),
    reopen: (row) => step('reopen', row, 'Open again.'),
    decline: (row, reason) =>
      step('decline', row, 'Declined. Those who gave feedback on it read why.', { reason }),
    merge: (row, into) =>
      move(
        'merge',
        into.id,
        { id: row.id, into: into.id } as { id: string },
        `Merged into “${into.question}”.`,
      ),
    split: (row, wordings) =>
      move(
        'split',
        row.id,
        { id: row.id, wordings } as { id: string },
        wordings.length === 1
          ? 'Split off: a question of its own.'
          : 'Split off: they are a question of their own.',
      ),
    undo() {
      const { undo = null, at = '' } = said.peek() ?? {};
      if (undo === null) return false;
      void move(undo.verb, at, undo.body, 'Taken back.');
      return true;
    },
    close() {
      closing.abort();
      list.close();
    },
  };
}
