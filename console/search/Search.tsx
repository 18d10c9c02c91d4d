import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { navigate, query, searchPath } from '../route.ts';
import { useWorkplace } from '../workplace.ts';
import { Hits } from './Hits.tsx';
import { SearchFilters } from './SearchFilters.tsx';
import { createSearchList, type SearchState } from './search-list.ts';

/** Typing settles for this long before it is asked for. */
const settleMs = 200;

/** Full-text search over all transcripts and notes. The address holds what is searched for. */
export function Search() {
  const { session, connection } = useWorkplace();
  const [list] = useState(() => createSearchList(session.api));
  const given = useComputed(() => new URLSearchParams(query.value).toString()).value;
  const params = new URLSearchParams(given);
  const q = params.get('q') ?? '';
  const box = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const written = useSignal(q);

  useEffect(() => void list.ask(new URLSearchParams(given)), [list, given]);
  useEffect(() => {
    box.current?.focus();
    return () => {
      clearTimeout(timer.current);
      list.close();
    };
  }, [list]);
  // The back button and "Clear" change it from outside.
  useEffect(() => {
    clearTimeout(timer.current);
    written.value = q;
  }, [q, written]);

  const show = (next: Readonly<Record<string, string>>) => {
    const changed = new URLSearchParams(given);
    for (const [name, value] of Object.entries(next)) {
      if (value === '') changed.delete(name);
      else changed.set(name, value);
    }
    const text = changed.toString();
    navigate(text === '' ? searchPath : `${searchPath}?${text}`, { replace: true });
  };
  const state = list.state.value;
  const hasFilters = [...params.keys()].some((name) => name !== 'q');

  return (
    <section class="search" aria-labelledby="search-title">
      <h1 id="search-title">Search</h1>
      <search>
        <form
          class="search-form"
          onSubmit={(event) => {
            event.preventDefault();
            clearTimeout(timer.current);
            show({ q: written.value });
            results.current?.querySelector('a')?.focus();
          }}
        >
          <input
            class="input search-box"
            type="search"
            ref={box}
            aria-label="Words in any conversation or note"
            placeholder="Words in any conversation or note"
            maxLength={200}
            autocomplete="off"
            value={written.value}
            onInput={(event) => {
              const { value } = event.currentTarget;
              written.value = value;
              clearTimeout(timer.current);
              timer.current = setTimeout(() => show({ q: value }), settleMs);
            }}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown') {
                event.preventDefault();
                results.current?.querySelector('a')?.focus();
              } else if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
          <SearchFilters given={params} onChange={show} />
        </form>
      </search>
      <p class="soft small counted" role="status">
        {countWords(state)}
      </p>
      {state.problem !== null && (
        <div class="strip fail">
          {problemWords(state.problem, connection.state.value === 'offline')}
          <button type="button" class="button small" onClick={() => void list.again()}>
            Try again
          </button>
        </div>
      )}
      <div ref={results}>
        {state.hits.length > 0 && (
          <Hits hits={state.hits} isStale={state.isLoading} onLeave={() => box.current?.focus()} />
        )}
      </div>
      {state.hits.length === 0 && state.problem === null && !state.isLoading && (
        <Empty
          asked={state.asked}
          onClear={hasFilters ? () => navigate(`${searchPath}?q=${encodeURIComponent(q)}`) : null}
        />
      )}
      {state.next !== null && (
        <button
          type="button"
          class="button more"
          disabled={state.isLoading}
          onClick={() => void list.loadMore()}
        >
          {state.isLoading ? 'Loading…' : 'Show more'}
        </button>
      )}
    </section>
  );
}

function countWords({ asked, hits, next, isLoading }: SearchState): string {
  if (isLoading && hits.length === 0) return 'Searching…';
  if (asked === '' || hits.length === 0) return '';
  if (next !== null) return `The newest ${hits.length} lines`;
  return hits.length === 1 ? '1 line' : `${hits.length} lines`;
}

function problemWords(problem: NonNullable<SearchState['problem']>, isOffline: boolean): string {
  if (problem === 'search_too_slow') return 'This search takes too long. Add a word or a filter.';
  if (problem === 'unreachable' || isOffline)
    return 'You are offline, or the server is. What was found before stays.';
  if (problem === 'rate_limited') return 'Too many searches at once. Try again in a moment.';
  return 'The search did not work on our side.';
}

function Empty({ asked, onClear }: { asked: string; onClear: (() => void) | null }) {
  return (
    <div class="nothing search-nothing">
      {asked === '' ? (
        <p class="soft">Everything that customers, the bot and colleagues said, and all notes.</p>
      ) : (
        <p>
          Nothing found for <b>{asked}</b>.
        </p>
      )}
      <dl class="search-hints">
        <div>
          <dt>card refund</dt>
          <dd>lines with both words; the last one may be unfinished</dd>
        </div>
        <div>
          <dt>"late fee"</dt>
          <dd>these words side by side</dd>
        </div>
        <div>
          <dt>refund -card</dt>
          <dd>lines without a word</dd>
        </div>
        <div>
          <dt>refund OR chargeback</dt>
          <dd>either of them</dd>
        </div>
      </dl>
      {asked !== '' && onClear !== null && (
        <button type="button" class="button" onClick={onClear}>
          Clear filters
        </button>
      )}
    </div>
  );
}
