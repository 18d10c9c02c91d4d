import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type {
  WeakMoved,
  WeakQuestionDetail,
  WeakQuestionPage,
  WeakQuestionRow,
  WeakView,
} from '../../protocol/weak-questions.ts';
import { type Api, ApiError } from '../api.ts';
import type { WeakVerb } from '../review-api.ts';
import { createPagedList, type PagedList } from '../shared/paged-list.ts';
import { readPages } from '../shared/read-pages.ts';
import { belongsTo, type ListNews, newsOf, withOpened } from './question-news.ts';
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
  /** The row that is open; null: none. */
  readonly opened: Signal<string | null>;
  /** What has come, gone or moved meanwhile, and waits until somebody wants to see it; null: nothing. */
  readonly news: ReadonlySignal<ListNews | null>;
  /** Shows these; where they are shown already it looks what is new. */
  show(view: WeakView, site: string | null): Promise<void>;
  /**
   * Looks what others have changed. What rows say is shown in place; rows that come, go or move wait in `news`, so that
   * nothing jumps under a finger.
   * @param ids of those that have changed; none: nobody knows which
   */
  look(ids?: readonly string[]): void;
  showNews(): void;
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

/** Rows of a page, as the server gives them by itself. */
const pageSize = 30;
/** While this console itself changes or loads something, what is new is looked for behind that. */
const lookAgainMs = 500;

export function createQuestionBook(api: QuestionApi, meId: string): QuestionBook {
  const list = createPagedList(
    api.weakQuestionList,
    (page: WeakQuestionPage) => page.items,
    ({ id }) => id,
  );
  const details = signal<Details>(new Map());
  const said = signal<Said | null>(null);
  const isBusy = signal(false);
  const closing = new AbortController();
  const opened = signal<string | null>(null);
  /** The list as it was read last, where it is another one than the one that is shown. */
  const fresh = signal<WeakQuestionPage | null>(null);
  let asked = new URLSearchParams();
  let view: WeakView = 'todo';
  /** Grows with each change by this console: what was read before it is too old to be shown. */
  let own = 0;
  /** Changed since the last look, as far as is known. */
  const heard = new Set<string>();
  let looking = false;
  let lookTimer: ReturnType<typeof setTimeout> | undefined;

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
  const news = computed(() =>
    fresh.value === null ? null : newsOf(list.state.value, fresh.value, (row) => belongsTo(view, row, meId)),
  );
  const lookLater = (ms: number) => {
    clearTimeout(lookTimer);
    if (!closing.signal.aborted) lookTimer = setTimeout(() => void lookNow(), ms);
  };
  const isOccupied = () => isBusy.peek() || list.state.peek().isLoading;
  const lookNow = async () => {
    const { page, items } = list.state.peek();
    // Behind the first load all is new anyway; one that has failed is tried again by hand.
    if (page === null) return;
    if (looking || isOccupied()) return lookLater(lookAgainMs);
    looking = true;
    const [askedThen, ownThen, ids] = [asked, own, new Set(heard)];
    heard.clear();
    try {
      const found = await readPages(Math.max(1, Math.ceil(items.length / pageSize)), (cursor) => {
        const query = new URLSearchParams(asked);
        if (cursor !== null) query.set('cursor', cursor);
        return api.weakQuestionList(query, closing.signal);
      });
      if (asked !== askedThen) return;
      if (own !== ownThen || isOccupied()) return lookLater(lookAgainMs);
      take(found, ids);
    } catch (error) {
      if (!closing.signal.aborted && !(error instanceof ApiError)) throw error;
    } finally {
      looking = false;
    }
  };
  const take = (found: WeakQuestionPage, ids: ReadonlySet<string>) => {
    const { items, next } = list.state.peek();
    const openedId = opened.peek();
    // Where nothing is shown, nothing jumps.
    if (items.length === 0) return list.put({ items: found.items, page: found, next: found.next });
    const now = new Map(found.items.map((row) => [row.id, row]));
    const openedRow = items.find(({ id }) => id === openedId);
    const isOpenedNew =
      openedRow !== undefined &&
      (ids.has(openedRow.id) || JSON.stringify(openedRow) !== JSON.stringify(now.get(openedRow.id)));
    list.put({ items: items.map((row) => now.get(row.id) ?? row), page: found, next });
    fresh.value = found;
    if (isOpenedNew) void open(openedRow.id);
  };
  const load = (query: URLSearchParams) => {
    fresh.value = null;
    heard.clear();
    return list.load(query);
  };
  const refresh = async () => {
    await Promise.all([load(asked), ...[...details.peek().keys()].map(open)]);
  };

  /** @param work what it says once it is done, and what takes it back */
  const act = async (at: string, work: () => Promise<Pick<Said, 'text' | 'undo'>>): Promise<boolean> => {
    if (isBusy.peek()) return false;
    isBusy.value = true;
    own += 1;
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
    opened,
    news,
    async show(wanted, site) {
      const query = new URLSearchParams({ view: wanted, ...(site !== null && { site }) });
      if (String(query) === String(asked) && list.state.peek().page !== null) return lookLater(0);
      asked = query;
      view = wanted;
      said.value = null;
      await load(query);
    },
    look(ids = []) {
      for (const id of ids) heard.add(id);
      lookLater(0);
    },
    showNews() {
      const found = fresh.peek();
      if (found === null) return;
      fresh.value = null;
      const items = withOpened(list.state.peek().items, found.items, opened.peek());
      list.put({ items, page: found, next: found.next });
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
      clearTimeout(lookTimer);
      list.close();
    },
  };
}
