import { describe, expect, test } from 'vitest';
import { belongsTo, newsOf, newsWords, withOpened } from '../../console/review/question-news.ts';
import type { WeakQuestionRow } from '../../protocol/weak-questions.ts';
import { weakRow } from './weak-row.ts';

const list = (ids: string, next: string | null = null) => ({
  items: [...ids].map((id) => weakRow(id)),
  next,
});
const told = (...[shown, fresh]: [ReturnType<typeof list>, ReturnType<typeof list>]) => {
  const news = newsOf(shown, fresh, (one) => belongsTo('todo', one, 'me'));
  return news === null ? null : newsWords(news);
};

describe('the news of an open list', () => {
  test('are rows that come, go or change places, and not what rows say', () => {
    expect(told(list('abc'), list('abc'))).toBeNull();
    expect(told(list('abc'), list('xabcy'))).toBe('2 new.');
    expect(told(list('abc'), list('ac'))).toBe('1 gone.');
    expect(told(list('abc'), list('bac'))).toBe('The order has changed.');
    expect(told(list('abc'), list('xca'))).toBe('1 new, 1 gone, and another order.');
    expect(told(list('abc'), list(''))).toBe('3 gone.');
  });

  test('are not what a page has from below, or pushes there', () => {
    expect(told(list('abc', 'more'), list('xab', 'more'))).toBe('1 new.');
    expect(told(list('abc', 'more'), list('acd', 'more'))).toBe('1 gone.');
    // At the very end it cannot be told from one that was pushed down: the next look tells.
    expect(told(list('abc', 'more'), list('abd', 'more'))).toBeNull();
  });

  test('are no rows that say by themselves that they belong here no more', () => {
    const shown = { items: [weakRow('a'), weakRow('b', { status: 'declined' })], next: null };
    expect(told(shown, list('a'))).toBeNull();
    expect(belongsTo('mine', weakRow('a', { status: 'taken', owner: { id: 'me', name: 'Me' } }), 'me')).toBe(
      true,
    );
    expect(
      belongsTo('mine', weakRow('a', { status: 'taken', owner: { id: 'kim', name: 'Kim' } }), 'me'),
    ).toBe(false);
    expect(belongsTo('guided', weakRow('a', { status: 'guided' }), 'me')).toBe(true);
  });

  test('leave the row in which somebody writes where it was', () => {
    const ids = (rows: readonly WeakQuestionRow[]) => rows.map(({ id }) => id).join('');
    expect(ids(withOpened(list('abc').items, list('xac').items, 'b'))).toBe('xbac');
    expect(ids(withOpened(list('abc').items, list('ca').items, 'c'))).toBe('ca');
    expect(ids(withOpened(list('abc').items, list('ac').items, null))).toBe('ac');
  });
});
