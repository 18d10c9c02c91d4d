import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WeakQuestionPage, WeakQuestionRow, WeakView } from '../../protocol/weak-questions.ts';
import { isReaching } from '../connection.ts';
import { guidancePath, navigate, query, questionsPath } from '../route.ts';
import { Key } from '../shared/Key.tsx';
import { Link } from '../shared/Link.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { moveFocus } from '../shared/move-focus.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { FeedbackViews } from './FeedbackViews.tsx';
import { QuestionRow } from './QuestionRow.tsx';
import { createQuestionBook } from './question-book.ts';
import { newsWords } from './question-news.ts';
import type { OpenForm } from './question-row.ts';
import { questionViews } from './question-words.ts';
import { Reading } from './Reading.tsx';

/** What got lost on the way is found by then; without a socket nothing is told, and it is looked for more often. */
const [lookEveryMs, pollEveryMs] = [30_000, 5_000];

const addressOf = (view: WeakView, site: string | null, conversationId: string | null) => {
  const params = new URLSearchParams();
  if (view !== 'todo') params.set('view', view);
  if (site !== null) params.set('site', site);
  if (conversationId !== null) params.set('open', conversationId);
  return params.size === 0 ? questionsPath : `${questionsPath}?${params}`;
};

/** Weak answers gathered by question, the greatest harm first: worked through by keyboard. */
export function Questions() {
  const { session, connection, may, me } = useWorkplace();
  const [book] = useState(() => createQuestionBook(session.api, me.id));
  const asked = useComputed(() => new URLSearchParams(query.value).get('view')).value;
  const reading = useComputed(() => new URLSearchParams(query.value).get('open')).value;
  // What is no site of ours is left out.
  const site = useComputed(() => {
    const key = new URLSearchParams(query.value).get('site');
    return me.sites.some((one) => one.key === key) ? key : null;
  }).value;
  const { view, empty } = questionViews.find((one) => one.view === asked) ?? questionViews[0] ?? noView;
  const { opened } = book;
  const form = useSignal<OpenForm>(null);
  const rows = useRef<HTMLUListElement>(null);
  const canReach = isReaching(connection.state.value);
  const isLive = connection.state.value === 'online';
  useEffect(() => {
    // Also once the line is back: what is shown may be old.
    if (canReach) void book.show(view, site);
  }, [book, view, site, canReach]);
  useEffect(() => book.close, [book]);
  useEffect(
    () =>
      connection.on({
        'questions:changed': ({ ids }) => book.look(ids),
        erased: () => book.look(),
      }),
    [book, connection],
  );
  useEffect(() => {
    if (!canReach) return;
    const look = () => document.visibilityState === 'visible' && book.look();
    const timer = setInterval(look, isLive ? lookEveryMs : pollEveryMs);
    return () => clearInterval(timer);
  }, [book, canReach, isLive]);

  const { items, page, next, isLoading, hasFailed } = book.list.state.value;
  const said = book.said.value;
  const news = book.news.value;
  const showNews = () => {
    book.showNews();
    focusOn(opened.peek() ?? book.list.state.peek().items[0]?.id ?? '');
  };
  const isOff = !canReach || book.isBusy.value;
  const focusOn = (id: string) =>
    rows.current?.querySelector<HTMLElement>(`[data-question="${CSS.escape(id)}"] .question-open`)?.focus();
  const toggle = (id: string) => {
    form.value = null;
    opened.value = opened.peek() === id ? null : id;
  };
  const begin = (row: WeakQuestionRow, kind: NonNullable<OpenForm>) => {
    opened.value = row.id;
    form.value = kind;
  };
  const leave = (id: string) => {
    form.value = null;
    focusOn(id);
  };

  /** Of the row in focus, else of the one that is open; the key goes on to others where there is none. */
  const onRow = (act: (row: WeakQuestionRow) => unknown) => () => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-question]')?.dataset.question;
    const row = items.find(({ id }) => id === (focused ?? opened.peek()));
    if (row === undefined || isOff) return false;
    act(row);
    return true;
  };
  const isOpen = ({ status }: WeakQuestionRow) => status === 'open' || status === 'taken';
  const ifOpen = (kind: NonNullable<OpenForm>) => onRow((row) => isOpen(row) && begin(row, kind));
  const move = (step: number) => moveFocus(rows.current, '.question-open', step);
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    o: onRow((row) => {
      if (row.status === 'open') void book.take(row);
      else if (row.status === 'taken') void book.release(row);
    }),
    m: onRow((row) => begin(row, 'merge')),
    x: onRow((row) => row.wordings > 1 && begin(row, 'split')),
    d: ifOpen('decline'),
    g: () => may('guidance:propose') && onRow((row) => begin(row, 'guidance'))(),
    z: () => !isOff && book.undo(),
    n: () => {
      if (news === null) return false;
      showNews();
      return true;
    },
    Escape: () => {
      if (reading !== null || opened.peek() === null) return false;
      const id = opened.peek() ?? '';
      toggle(id);
      focusOn(id);
      return true;
    },
  });

  return (
    <div class={reading === null ? 'feedback' : 'feedback reading'}>
      <section class="feedback-list" aria-labelledby="questions-title">
        <div class="feedback-head">
          <div class="feedback-title">
            <h1 id="questions-title">Feedback</h1>
            <FeedbackViews />
          </div>
          {may('guidance:read') && (
            <Link class="button" href={guidancePath}>
              Guidance
            </Link>
          )}
        </div>
        <div class="question-head">
          <nav class="promise-views question-views" aria-label="Which questions">
            {questionViews.map((one) => (
              <Link
                key={one.view}
                href={addressOf(one.view, site, null)}
                class="promise-view"
                aria-current={one.view === view ? 'page' : undefined}
              >
                {one.name}
              </Link>
            ))}
          </nav>
          {me.sites.length > 1 && (
            <label class="question-site small soft">
              Site
              <select
                class="input"
                value={site ?? ''}
                onChange={({ currentTarget: { value } }) =>
                  navigate(addressOf(view, value === '' ? null : value, null), { replace: true })
                }
              >
                <option value="">All</option>
                {me.sites.map(({ key, name }) => (
                  <option key={key} value={key}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        {hasFailed && (
          <LoadFailed onAgain={() => void book.refresh()}>The questions could not be loaded.</LoadFailed>
        )}
        <div role="status">
          {said !== null && (
            <p class={said.isProblem ? 'strip fail' : 'strip undo'}>
              {said.text}
              {said.undo !== null && (
                <button type="button" class="button small" disabled={isOff} onClick={() => book.undo()}>
                  Undo <Key name="Z" />
                </button>
              )}
            </p>
          )}
        </div>
        <div class="question-told">
          <p class="soft small counted" role="status">
            {countLine(page, hasFailed)}
          </p>
          {/* Always there: what is told in it is read out. */}
          <div role="status">
            {news !== null && (
              <p class="question-news">
                {newsWords(news)}
                <button type="button" class="button small" onClick={showNews}>
                  Show <Key name="N" />
                </button>
              </p>
            )}
          </div>
        </div>
        {page !== null && items.length === 0 && !isLoading && (
          <div class="nothing">
            <p class="soft">
              {page.isReading && view === 'todo'
                ? 'The past is still being read. It comes by itself.'
                : empty}
            </p>
          </div>
        )}
        <ul class={isLoading ? 'question-rows stale' : 'question-rows'} ref={rows}>
          {items.map((row) => (
            <QuestionRow
              key={row.id}
              row={row}
              worst={items[0]?.harm ?? 0}
              book={book}
              isOff={isOff}
              isGone={news?.gone.has(row.id) ?? false}
              isOpen={opened.value === row.id}
              form={opened.value === row.id ? form.value : null}
              meId={me.id}
              onToggle={() => toggle(row.id)}
              onForm={(kind) => begin(row, kind)}
              onLeave={() => leave(row.id)}
              onMerged={focusOn}
              onRead={(id) => navigate(addressOf(view, site, id))}
            />
          ))}
        </ul>
        {next !== null && (
          <button
            type="button"
            class="button more"
            disabled={isLoading || !canReach}
            onClick={() => void book.list.loadMore()}
          >
            {isLoading ? 'Loading…' : 'Load more'}
          </button>
        )}
      </section>
      {reading !== null && (
        <Reading key={reading} id={reading} onClose={() => navigate(addressOf(view, site, null))} />
      )}
    </div>
  );
}

function countLine(page: WeakQuestionPage | null, hasFailed: boolean): string {
  if (page === null) return hasFailed ? '' : 'Loading…';
  if (page.total === 0) return '';
  const more = page.isReading ? ' The past is still being read: there will be more.' : '';
  return `${count(page.total, 'question')}, the greatest harm first.${more}`;
}

const noView = { view: 'todo' as const, empty: '' };
