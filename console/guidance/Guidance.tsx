import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isReaching } from '../connection.ts';
import { feedbackPath, guidancePath, query } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { moveFocus } from '../shared/move-focus.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { GuidanceForm } from './GuidanceForm.tsx';
import { GuidanceRow } from './GuidanceRow.tsx';
import { createGuidanceBook, type GuidanceView } from './guidance-list.ts';
import { Replay } from './Replay.tsx';

const views: readonly { is: GuidanceView; name: string; empty: string }[] = [
  {
    is: null,
    name: 'All',
    empty: 'Nothing stands in front of the bot yet. Write what it should have said, and for which questions.',
  },
  { is: 'proposed', name: 'To approve', empty: 'Nothing waits for approval.' },
  { is: 'live', name: 'Live', empty: 'Nothing is live.' },
  { is: 'draft', name: 'Drafts', empty: 'No drafts.' },
  { is: 'retired', name: 'Retired', empty: 'Nothing has been retired.' },
  {
    is: 'worse',
    name: 'Made worse',
    empty: 'Nothing that is live made things worse, as far as can be said.',
  },
];

/** The corrections that people have written for the bot: what is live, what waits, and what was before. */
export function Guidance() {
  const { session, connection, may } = useWorkplace();
  const [book] = useState(() => createGuidanceBook(session.api));
  const isWriting = useSignal(false);
  const isReplaying = useSignal(false);
  const asked = useComputed(() => {
    const given = new URLSearchParams(query.value);
    return given.get('effect') ?? given.get('state');
  }).value;
  const view = views.find(({ is }) => is === asked) ?? views[0];
  const filter = view?.is ?? null;
  const canReach = isReaching(connection.state.value);
  const rows = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Also once the line is back: what is shown may be old.
    if (canReach) void book.show(filter);
  }, [book, filter, canReach]);
  const move = (step: number) => moveFocus(rows.current, '.guidance-open', step);
  useShortcuts({ j: () => move(1), k: () => move(-1) });

  const { list, hasFailed, said, busy } = book.state.value;
  return (
    <section class="guidance" aria-labelledby="guidance-title">
      <div class="feedback-head">
        <h1 id="guidance-title">Guidance</h1>
        <div class="form-buttons">
          <button
            type="button"
            class="button"
            aria-expanded={isReplaying.value}
            onClick={() => (isReplaying.value = !isReplaying.value)}
          >
            Replay
          </button>
          {may('guidance:propose') && !isWriting.value && (
            <button
              type="button"
              class="button primary"
              disabled={!canReach}
              onClick={() => {
                book.putAway();
                isWriting.value = true;
              }}
            >
              Write guidance
            </button>
          )}
        </div>
      </div>
      <p class="soft small">
        Corrections that people have approved stand in front of the bot.{' '}
        <Link href={feedbackPath}>Back to the feedback</Link>
      </p>
      {isReplaying.value && <Replay guidance={null} canReach={canReach} />}
      {isWriting.value && (
        <GuidanceForm
          book={book}
          canReach={canReach}
          onClose={() => {
            isWriting.value = false;
          }}
        />
      )}
      <p role="status" class={said?.isProblem ? 'fail small said' : 'good small said'}>
        {said?.at === 'add' ? said.text : ''}
      </p>
      <nav class="promise-views" aria-label="Which guidance">
        {views.map(({ is, name }) => (
          <Link
            key={name}
            href={is === null ? guidancePath : `${guidancePath}?${is === 'worse' ? 'effect' : 'state'}=${is}`}
            class="promise-view"
            aria-current={is === filter ? 'page' : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      {list !== null && list.worse > 0 && filter !== 'worse' && (
        <p class="strip fail">
          <span>
            {count(list.worse, 'guidance that is live', 'guidances that are live')} made things worse. Look at
            the proof, and change it or take it back.
          </span>
          <Link href={`${guidancePath}?effect=worse`} class="button small">
            Show
          </Link>
        </p>
      )}
      {hasFailed && (
        <LoadFailed onAgain={() => void book.load()}>The guidance could not be loaded.</LoadFailed>
      )}
      <p class={list === null && !hasFailed ? 'soft small' : 'hidden'} role="status">
        {list === null ? (hasFailed ? '' : 'Loading…') : count(list.total, 'guidance', 'guidances')}
      </p>
      {list?.items.length === 0 && (
        <div class="nothing">
          <p class="soft">{view?.empty}</p>
        </div>
      )}
      {list !== null && list.items.length > 0 && (
        <ul class="guidance-rows" ref={rows}>
          {list.items.map((guidance) => (
            <GuidanceRow key={guidance.id} guidance={guidance} book={book} canReach={canReach} />
          ))}
        </ul>
      )}
      {list !== null && list.next !== null && (
        <button
          type="button"
          class="button more"
          disabled={!canReach || busy !== null}
          onClick={() => void book.loadMore()}
        >
          Load more
        </button>
      )}
    </section>
  );
}
