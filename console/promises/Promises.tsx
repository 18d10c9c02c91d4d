import { useComputed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeskPromise, PromiseRate } from '../../protocol/promise.ts';
import { isReaching } from '../connection.ts';
import { UndoBar } from '../inbox/UndoBar.tsx';
import { conversationPath, promisesPath, query } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { moveFocus } from '../shared/move-focus.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { count, promiseKinds } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { Deadline } from './Deadline.tsx';
import { EndPromise } from './EndPromise.tsx';
import { createPromiseList, type PromiseView } from './promise-list.ts';

const views: readonly { view: PromiseView; name: string; empty: string }[] = [
  { view: 'mine', name: 'Mine', empty: 'You owe nobody anything. What you promise a customer appears here.' },
  { view: 'team', name: 'Team', empty: 'No promise is open at your sites.' },
  { view: 'ended', name: 'Kept and missed', empty: 'Nothing has ended yet.' },
];

/** What others do shows after this time at the latest. */
const lookEveryMs = 15_000;

/** Everything that customers were promised: by deadline while it is open, and what became of it. */
export function Promises() {
  const { session, connection, me } = useWorkplace();
  const [list] = useState(() => createPromiseList(session.api));
  const asked = useComputed(() => new URLSearchParams(query.value).get('view')).value;
  const shown = views.find(({ view }) => view === asked) ?? views[0];
  const { view, empty } = shown ?? { view: 'mine' as const, empty: '' };
  const isOnline = isReaching(connection.state.value);
  const body = useRef<HTMLUListElement>(null);

  useEffect(() => {
    void list.load(view);
  }, [list, view]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && isReaching(connection.state.peek())) void list.refresh();
    }, lookEveryMs);
    const stop = connection.on({ 'promise:due': () => void list.refresh() });
    return () => {
      clearInterval(timer);
      stop();
      list.close();
    };
  }, [list, connection]);
  const move = (step: number) => moveFocus(body.current, '.promise-link', step);
  useShortcuts({ j: () => move(1), k: () => move(-1) });

  const { promises, next, rate, isLoading, hasFailed } = list.state.value;
  return (
    <section class="promises" aria-labelledby="promises-title">
      <div class="promises-head">
        <h1 id="promises-title">Promises</h1>
        <p class="soft kept-share">{rateWords(rate)}</p>
      </div>
      <UndoBar id={null} />
      <nav class="promise-views" aria-label="Which promises">
        {views.map(({ view: one, name }) => (
          <Link
            key={one}
            href={one === 'mine' ? promisesPath : `${promisesPath}?view=${one}`}
            class="promise-view"
            aria-current={one === view ? 'page' : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <p class="hidden" role="status">
        {isLoading ? 'Loading…' : hasFailed ? '' : count(promises.length, 'promise')}
      </p>
      {hasFailed && (
        <LoadFailed onAgain={() => void list.refresh()}>The promises could not be loaded.</LoadFailed>
      )}
      {promises.length > 0 && (
        <ul class="promise-rows" ref={body}>
          {promises.map((promise) => (
            <Row
              key={`${promise.conversationId} ${promise.promise}`}
              promise={promise}
              isMine={promise.owner?.id === me.id}
              hasSites={me.sites.length > 1}
              onEnded={() => void list.refresh()}
            />
          ))}
        </ul>
      )}
      {promises.length === 0 && isLoading && <p class="soft">Loading…</p>}
      {promises.length === 0 && !isLoading && !hasFailed && (
        <div class="nothing">
          <p class="soft">{empty}</p>
        </div>
      )}
      {next !== null && (
        <button
          type="button"
          class="button more"
          disabled={isLoading || !isOnline}
          onClick={() => void list.loadMore()}
        >
          {isLoading ? 'Loading…' : 'Load more'}
        </button>
      )}
    </section>
  );
}

function Row(props: { promise: DeskPromise; isMine: boolean; hasSites: boolean; onEnded: () => void }) {
  const { promise, isMine, hasSites, onEnded } = props;
  const { conversationId, text, kind, owner, topic, site, state, dueAt, endedAt, why } = promise;
  const name = text || promiseKinds[kind];
  const about = [
    promiseKinds[kind],
    ...(isMine ? [] : [owner === null ? 'the team' : owner.name]),
    topic || 'No question yet',
    ...(hasSites ? [site] : []),
  ];
  return (
    <li class={`promise ${state}`}>
      {state === 'open' ? (
        <Deadline dueAt={dueAt} />
      ) : (
        <span class="deadline-at">
          <span class={`mark ${state}`}>{endWords[state]}</span>{' '}
          {endedAt !== null && (
            <time dateTime={new Date(endedAt).toISOString()} title={fullTime(endedAt)}>
              {dayAndClock(endedAt, now.value)}
            </time>
          )}
        </span>
      )}
      <div class="promise-what">
        <Link href={conversationPath(conversationId)} class="promise-link">
          {name}
        </Link>
        <p class="soft small">{about.join(' · ')}</p>
        {why !== '' && <p class="small">“{why}”</p>}
      </div>
      {state === 'open' && (isMine || owner === null) && (
        <EndPromise conversationId={conversationId} promise={promise.promise} name={name} onEnded={onEnded} />
      )}
    </li>
  );
}

const endWords = { kept: 'Kept', missed: 'Missed', cancelled: 'Taken back' } as const;

function rateWords(rate: PromiseRate | null): string {
  if (rate === null || rate.keptShare === null) return '';
  return `${Math.floor(rate.keptShare * 100)} % kept of ${rate.kept + rate.missed} in 30 days, estimates included`;
}
