import { type FactsFilter, factsCursor } from '../store/exported-facts.ts';
import type { ExportAsk } from '../store/exports.ts';
import { feedbackCursor } from '../store/feedback.ts';
import type { Store } from '../store/store.ts';
import { formats } from './formats.ts';
import type { Source } from './pipeline.ts';

type Reading = Pick<Store, 'feedback' | 'exportedFacts'>;

/** Rows that are read, and written, at once. Feedback brings whole transcripts along. */
const feedbackRows = 200;
const factRows = 1_000;
/** A Parquet file of many small groups would be slow to read. */
const feedbackRowsOfGroup = 2_000;

/** What the ask is about, of these sites. */
export function sourceOf(
  store: Reading,
  siteIds: readonly string[],
  { content, format, filter }: ExportAsk,
): Source {
  if (content === 'facts') return facts(store, siteIds, filter);
  const limit = formats[format].layout === 'columns-parquet' ? feedbackRowsOfGroup : feedbackRows;
  return {
    total: () => store.feedback.count(siteIds, filter),
    async after(cursor) {
      const from = cursor === null ? null : feedbackCursor.decode(cursor);
      const rows = await store.feedback.exportPage(siteIds, filter, from, limit);
      const last = rows.at(-1);
      return { rows, cursor: last === undefined ? cursor : feedbackCursor.encode(last) };
    },
  };
}

const facts = (store: Reading, siteIds: readonly string[], filter: FactsFilter): Source => ({
  total: () => store.exportedFacts.count(siteIds, filter),
  async after(cursor) {
    const from = cursor === null ? null : factsCursor.decode(cursor);
    const rows = await store.exportedFacts.page(siteIds, filter, from, factRows);
    const last = rows.at(-1);
    return { rows, cursor: last === undefined ? cursor : factsCursor.encode(last) };
  },
});

/** Rows that come while an export runs would be more than was announced: it ends where it began. */
export const bounded = (ask: ExportAsk, now: number): ExportAsk => ({
  ...ask,
  filter: { ...ask.filter, until: Math.min(ask.filter.until ?? Number.MAX_SAFE_INTEGER, now + 1) },
});
