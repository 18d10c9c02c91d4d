import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { Reading } from '../review/Reading.tsx';
import { navigate, query } from '../route.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { clock, now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import { Behind } from './Behind.tsx';
import { Dashboard } from './Dashboard.tsx';
import { createInsightsData } from './insights-data.ts';
import { LookBar } from './LookBar.tsx';
import { addressOf, askedOf, type Look, lookOf, rangeWords, todayOf } from './range.ts';

/** What becomes of conversations, in figures; behind each of them stand the conversations. */
export function Insights() {
  const { session } = useWorkplace();
  const [data] = useState(() => createInsightsData(session.api));
  const today = useComputed(() => todayOf(now.value)).value;
  const look = lookOf(query.value, today);
  const asked = askedOf(look).toString();
  const isTable = useSignal(false);
  useShortcuts({
    t: () => {
      isTable.value = !isTable.value;
    },
  });
  useEffect(() => void data.load(new URLSearchParams(asked)), [data, asked]);
  useEffect(() => data.close, [data]);

  const show = (change: Partial<Look>, options: { replace?: boolean } = {}) =>
    navigate(addressOf({ ...look, ...change }), options);
  const { told, weak, effects, at, isLoading, problem } = data.state.value;

  if (look.figure !== null) {
    return (
      <div class={look.open === null ? 'feedback' : 'feedback reading'}>
        <Behind
          key={`${look.figure} ${look.question ?? look.guidance ?? ''}`}
          look={look}
          sites={told?.sites ?? []}
          weak={weak}
          onShow={show}
        />
        {look.open !== null && (
          <Reading key={look.open} id={look.open} onClose={() => show({ open: null })} />
        )}
      </div>
    );
  }
  return (
    <section class="insights" aria-labelledby="insights-title" aria-busy={isLoading}>
      <div class="insights-head">
        <h1 id="insights-title">Insights</h1>
        <button
          type="button"
          class="button"
          aria-pressed={isTable.value}
          title="Charts as tables (T)"
          onClick={() => {
            isTable.value = !isTable.value;
          }}
        >
          Tables <kbd class="key">T</kbd>
        </button>
      </div>
      <LookBar look={look} told={told} today={today} onShow={show} />
      <p class="soft small counted" role="status">
        {told === null
          ? isLoading && 'Reading…'
          : `${rangeWords(look)}, compared with ${rangeWords(told.before)}${isLoading ? ' · reading…' : ''}`}
      </p>
      {problem !== null && (
        <div class="strip fail" role="alert">
          {problemWords(problem, told === null ? null : clock(at))}
          <button type="button" class="button small" onClick={() => void data.load(askedOf(look))}>
            Try again
          </button>
        </div>
      )}
      {told?.isReading === true && (
        <p class="strip">
          Past conversations are still being read, a few at a time. The figures grow until that is done.
        </p>
      )}
      {told === null
        ? isLoading && <Empty />
        : (told.now.visits > 0 || told.earlier.visits > 0 || problem === null) && (
            <div class={isLoading || problem !== null ? 'stale' : undefined}>
              <Dashboard told={told} weak={weak} effects={effects} look={look} isTable={isTable.value} />
            </div>
          )}
    </section>
  );
}

/** Where the figures will be: nothing jumps when they come. */
const Empty = () => (
  <div class="insights-skeleton" aria-hidden="true">
    <div class="tall" />
    <div />
    <div />
    <div />
    <div />
  </div>
);

function problemWords(problem: string, since: string | null): string {
  const shown = since === null ? '' : ` What is shown was read at ${since}.`;
  if (problem === 'unreachable') return `You are offline, or the server is.${shown}`;
  if (problem === 'invalid') return 'This range cannot be read. Choose other days.';
  if (problem === 'rate_limited') return `Too much at once. Try again in a moment.${shown}`;
  return `The figures could not be read.${shown}`;
}
