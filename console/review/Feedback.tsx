import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { feedbackPath, guidancePath, navigate, query } from '../route.ts';
import { Icon } from '../shared/Icon.tsx';
import { Link } from '../shared/Link.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { createPagedList } from '../shared/paged-list.ts';
import { useWorkplace } from '../workplace.ts';
import { ExportDialog } from './ExportDialog.tsx';
import { FeedbackTable } from './FeedbackTable.tsx';
import { FeedbackViews } from './FeedbackViews.tsx';
import { FilterBar } from './FilterBar.tsx';
import { askedOf, type Filters, filtersOf, queryOf } from './filters.ts';
import { Reading } from './Reading.tsx';
import { ReceiptLine } from './ReceiptLine.tsx';
import { createReviewing } from './reviewing.ts';

/** What customers said about answers and conversations: to look through, read in context, and take along. */
export function Feedback() {
  const { session, may } = useWorkplace();
  const [list] = useState(() => createPagedList(session.api.feedback, ({ items }) => items));
  const [version, setVersion] = useState(0);
  const [reviewing] = useState(() =>
    createReviewing(session.api, (id, now) => {
      list.change((item) => (item.id === id ? { ...item, ...now } : item));
      setVersion((before) => before + 1);
    }),
  );
  const filterQuery = useComputed(() => queryOf(filtersOf(query.value))).value;
  const openId = useComputed(() => new URLSearchParams(query.value).get('open')).value;
  const filters = filtersOf(filterQuery);
  const asked = new URLSearchParams(queryOfAsked(filters));

  useEffect(() => {
    void list.load(new URLSearchParams(queryOfAsked(filtersOf(filterQuery))));
  }, [list, filterQuery]);
  useEffect(() => list.close, [list]);

  const show = (next: Filters) => navigate(addressOf(queryOf(next)), { replace: true });
  const open = (id: string | null) => {
    const params = new URLSearchParams(filterQuery);
    if (id !== null) params.set('open', id);
    navigate(addressOf(params.toString()));
  };
  const { items, page, next, isLoading, hasFailed } = list.state.value;
  const total = page?.total ?? 0;
  const isExporting = useSignal(false);
  const hasFilters = filterQuery !== '';

  return (
    <div class={openId === null ? 'feedback' : 'feedback reading'}>
      <section class="feedback-list" aria-labelledby="feedback-title">
        <div class="feedback-head">
          <div class="feedback-title">
            <h1 id="feedback-title">Feedback</h1>
            <FeedbackViews />
          </div>
          <div class="form-buttons">
            {may('guidance:read') && (
              <Link class="button" href={guidancePath}>
                Guidance
              </Link>
            )}
            {may('feedback:export') && (
              <button type="button" class="button" onClick={() => (isExporting.value = true)}>
                <Icon name="download" /> Export…
              </button>
            )}
          </div>
        </div>
        <ReceiptLine asked={daysOf(filters)} version={version} />
        <FilterBar filters={filters} onChange={show} />
        <p class="soft small counted" role="status">
          {countWords(items.length, total, isLoading, hasFailed)}
        </p>
        {hasFailed && (
          <LoadFailed onAgain={() => void list.load(asked)}>The feedback could not be loaded.</LoadFailed>
        )}
        {items.length > 0 && (
          <FeedbackTable
            items={items}
            openId={openId}
            onOpen={open}
            isStale={isLoading}
            reviewing={reviewing}
            mayReview={may('feedback:review')}
          />
        )}
        {items.length === 0 && !isLoading && !hasFailed && (
          <div class="nothing">
            <p class="soft">
              {hasFilters
                ? 'Nothing matches.'
                : 'Nothing yet. Thumbs on answers and ratings of conversations appear here.'}
            </p>
            {hasFilters && (
              <button type="button" class="button" onClick={() => show({})}>
                Clear filters
              </button>
            )}
          </div>
        )}
        {next !== null && (
          <button type="button" class="button more" disabled={isLoading} onClick={() => void list.loadMore()}>
            {isLoading ? 'Loading…' : 'Load more'}
          </button>
        )}
      </section>
      {isExporting.value && (
        <ExportDialog filters={filters} total={total} onClose={() => (isExporting.value = false)} />
      )}
      {openId !== null && <Reading key={openId} id={openId} onClose={() => open(null)} />}
    </div>
  );
}

const addressOf = (text: string) => (text === '' ? feedbackPath : `${feedbackPath}?${text}`);

/** The figures are of the same days; by their other conditions nothing is counted. */
const daysOf = ({ from, until }: Filters) =>
  new URLSearchParams(
    queryOfAsked({ ...(from !== undefined && { from }), ...(until !== undefined && { until }) }),
  ).toString();

const queryOfAsked = (filters: Filters) =>
  Object.entries(askedOf(filters)).map(([name, value]) => [name, String(value)]);

function countWords(shown: number, total: number, isLoading: boolean, hasFailed: boolean): string {
  if (isLoading && shown === 0) return 'Loading…';
  if (hasFailed || total === 0) return '';
  return shown < total
    ? `${shown.toLocaleString()} of ${total.toLocaleString()}`
    : `${total.toLocaleString()} in all`;
}
