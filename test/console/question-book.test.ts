import { expect, test, vi } from 'vitest';
import { ApiError } from '../../console/api.ts';
import { createQuestionBook } from '../../console/review/question-book.ts';
import type { WeakQuestionPage, WeakQuestionRow } from '../../protocol/weak-questions.ts';
import { weakRow } from './weak-row.ts';

/** A server of which the test says what the list is, in pages of two, and when it answers. */
function stage() {
  const state = { rows: [weakRow('a'), weakRow('b'), weakRow('c')], asked: [] as string[], isDown: false };
  let gate: Promise<unknown> = Promise.resolve();
  const book = createQuestionBook(
    {
      async weakQuestionList(query): Promise<WeakQuestionPage> {
        state.asked.push(String(query));
        const from = Number(query.get('cursor') ?? 0);
        const { rows } = state;
        await gate;
        if (state.isDown) throw new ApiError('unreachable');
        const next = from + 2 < rows.length ? String(from + 2) : null;
        return { items: rows.slice(from, from + 2), total: rows.length, next, isReading: false };
      },
      async weakQuestion(id) {
        const question = state.rows.find((row) => row.id === id);
        if (question === undefined) throw new ApiError('not_found');
        return { question, wordings: [], answers: [], better: [], sources: [] };
      },
      async changeWeakQuestion<T>(_verb: string, body: object) {
        const { id } = body as { id: string };
        state.rows = state.rows.map((row) => (row.id === id ? { ...row, status: 'taken' } : row));
        return state.rows.find((row) => row.id === id) as T;
      },
    },
    'me',
  );
  return {
    state,
    book,
    shown: () => book.list.state.value.items.map(({ id }) => id).join(''),
    row: (id: string) => book.list.state.value.items.find((one) => one.id === id) as WeakQuestionRow,
    /** Answers wait from now on. @returns lets them come */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

test('what rows say changes in place; what comes waits until it is wanted', async () => {
  const { state, book, shown, row } = stage();
  await book.show('todo', null);
  expect(shown()).toBe('ab');
  state.rows = [weakRow('x'), weakRow('a', { answers: 7 }), weakRow('b')];
  book.look(['a', 'x']);
  await vi.waitFor(() => expect(row('a').answers).toBe(7));
  expect(shown()).toBe('ab');
  expect(book.news.value).toMatchObject({ added: 1 });
  book.showNews();
  expect(shown()).toBe('xa');
  expect(book.news.value).toBeNull();
  book.close();
});

test('a row that has moved behind the page meanwhile is shown once', async () => {
  const { state, book, shown } = stage();
  await book.show('todo', null);
  state.rows = [weakRow('x'), weakRow('a'), weakRow('b'), weakRow('c')];
  await book.list.loadMore();
  expect(shown()).toBe('abc');
  book.close();
});

test('what was read before a change of the own is not shown over it', async () => {
  const { state, book, row, hold } = stage();
  await book.show('todo', null);
  const letGo = hold();
  book.look();
  await vi.waitFor(() => expect(state.asked).toHaveLength(2));
  await book.take(row('a'));
  letGo();
  // It looks again, behind the change.
  await vi.waitFor(() => expect(state.asked.length).toBeGreaterThan(2), { timeout: 5_000 });
  expect(row('a').status).toBe('taken');
  book.close();
});

test('of another view or site nothing comes late, and a line that is back takes no place away', async () => {
  const { state, book, shown, hold } = stage();
  await book.show('todo', null);
  await book.list.loadMore();
  const letGo = hold();
  book.look();
  await vi.waitFor(() => expect(state.asked).toHaveLength(3));
  const other = book.show('todo', 'pk_b');
  expect(state.asked.at(-1)).toBe('view=todo&site=pk_b');
  letGo();
  await other;
  expect(shown()).toBe('ab');
  expect(book.news.value).toBeNull();

  await book.list.loadMore();
  state.isDown = true;
  book.look();
  await vi.waitFor(() => expect(state.asked).toHaveLength(6));
  expect(book.list.state.value.hasFailed, 'nobody asked for it: it is looked for again').toBe(false);
  state.isDown = false;
  state.rows = [weakRow('a'), weakRow('b', { answers: 9 }), weakRow('c')];
  await book.show('todo', 'pk_b');
  await vi.waitFor(() => expect(book.list.state.value.items[1]?.answers).toBe(9));
  expect(shown()).toBe('abc');
  book.close();
});
