import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { askedOf, filtersOf, queryOf } from '../../console/review/filters.ts';
import { parseRoute } from '../../console/route.ts';
import { FeedbackFilter } from '../../protocol/feedback.ts';

const full =
  '?from=2026-03-28&until=2026-03-29&kind=answer&verdict=down&reason=wrong&rating=2&text=fee%20%26';

describe('filters in the address', () => {
  test('survive the way through a query and back, in one order', () => {
    const filters = filtersOf(full);
    expect(filters).toEqual({
      from: '2026-03-28',
      until: '2026-03-29',
      kind: 'answer',
      verdict: 'down',
      reason: 'wrong',
      rating: 2,
      text: 'fee &',
    });
    expect(filtersOf(`?${queryOf(filters)}`)).toEqual(filters);
    expect(queryOf(filtersOf('?reason=wrong&from=2026-03-28'))).toBe('from=2026-03-28&reason=wrong');
  });

  test('that make no sense are left out', () => {
    expect(
      filtersOf('?from=yesterday&until=2026-02-31&kind=all&verdict=none&reason=x&rating=9&text=&open=1'),
    ).toEqual({});
    expect(queryOf({})).toBe('');
    expect(filtersOf(`?text=${'x'.repeat(300)}`).text).toHaveLength(200);
  });

  test('ask the server for whole days of the agent, also across summer time, in its own schema', () => {
    const asked = askedOf(filtersOf(full));
    expect(asked.from).toBe(new Date(2026, 2, 28).getTime());
    expect(asked.until).toBe(new Date(2026, 2, 30).getTime());
    expect(Value.Check(FeedbackFilter, asked)).toBe(true);
    expect(askedOf({})).toEqual({});
  });
});

test('addresses of the console lead to their views', () => {
  expect(parseRoute('/console/')).toEqual({ view: 'inbox', conversationId: null });
  expect(parseRoute('/console/c/0198c0de')).toEqual({ view: 'inbox', conversationId: '0198c0de' });
  expect(parseRoute('/console/feedback')).toEqual({ view: 'feedback' });
  expect(parseRoute('/console/settings')).toEqual({ view: 'settings' });
  expect(parseRoute('/console/elsewhere')).toEqual({ view: 'inbox', conversationId: null });
});
