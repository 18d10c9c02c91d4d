import { useEffect, useRef, useState } from 'preact/hooks';
import type { Insights, InsightsVisits, WeakQuestion } from '../../protocol/insights.ts';
import { Icon } from '../shared/Icon.tsx';
import { Link } from '../shared/Link.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { moveFocus } from '../shared/move-focus.ts';
import { createPagedList } from '../shared/paged-list.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { languageName, statuses } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { definitionOf, figureName } from './figure-words.ts';
import { addressOf, askedOf, type Look, rangeWords } from './range.ts';

/** The conversations behind one figure; a row opens one beside the list. */
export function Behind(props: {
  look: Look;
  sites: Insights['sites'];
  weak: readonly WeakQuestion[];
  onShow: (change: Partial<Look>) => void;
}) {
  const { look, sites, weak, onShow } = props;
  const { session } = useWorkplace();
  const [list] = useState(() => createPagedList(session.api.insightsVisits, ({ visits }) => visits));
  const rows = useRef<HTMLTableSectionElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const figure = look.figure ?? '';
  const query = askedOf(look);
  query.set('figure', figure);
  if (look.question !== undefined) query.set('question', look.question);
  if (look.guidance !== undefined) query.set('guidance', look.guidance);
  if (look.stretch !== undefined) query.set('stretch', String(look.stretch));
  const asked = query.toString();
  useEffect(() => void list.load(new URLSearchParams(asked)), [list, asked]);
  useEffect(() => {
    heading.current?.focus();
    return list.close;
  }, [list]);

  const figures = { figure: null, question: undefined, guidance: undefined, stretch: undefined, open: null };
  const back = () => onShow(figures);
  const move = (step: number) => moveFocus(rows.current, '[data-opens]', step);
  useShortcuts({ j: () => move(1), k: () => move(-1), Escape: () => (look.open === null ? back() : false) });

  const what = definitionOf(figure);
  const { items: visits, next, isLoading, hasFailed } = list.state.value;
  const question = weak.find(({ key }) => key === look.question)?.question;
  const of = [
    // A proof has windows of its own.
    look.guidance === undefined ? rangeWords(look) : undefined,
    sites.find(({ key }) => key === look.site)?.title,
    look.language === undefined
      ? undefined
      : look.language === ''
        ? 'language not known'
        : languageName(look.language),
    look.topic === undefined ? undefined : look.topic === '' ? 'no topic recognised' : look.topic,
  ].filter((one) => one !== undefined);
  return (
    <section class="feedback-list behind" aria-labelledby="behind-title">
      <Link href={addressOf({ ...look, ...figures })} class="button small">
        <Icon name="back" /> All figures
      </Link>
      <h1 id="behind-title" tabIndex={-1} ref={heading}>
        {question === undefined ? figureName(figure) : `Weak answers to “${question}”`}
      </h1>
      <p class="soft small">{of.join(' · ')}</p>
      {what !== null && <p class="behind-what small">{what}</p>}
      <p class="hidden" role="status">
        {isLoading ? 'Loading…' : `${visits.length} conversations`}
      </p>
      {hasFailed && (
        <LoadFailed onAgain={() => void list.load(new URLSearchParams(asked))}>
          The conversations could not be loaded.
        </LoadFailed>
      )}
      {visits.length > 0 && (
        <table class="feedback-table visits-table">
          <thead>
            <tr>
              <th scope="col">Began</th>
              <th scope="col">Conversation</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody ref={rows}>
            {visits.map((visit) => (
              <VisitRow
                key={`${visit.conversation.id} ${visit.at}`}
                visit={visit}
                isOpen={look.open === visit.conversation.id}
                onOpen={(open) => onShow({ open })}
              />
            ))}
          </tbody>
        </table>
      )}
      {visits.length === 0 && isLoading && <p class="soft">Loading…</p>}
      {visits.length === 0 && !isLoading && !hasFailed && <p class="soft none-here">There are none.</p>}
      {next !== null && (
        <button type="button" class="button more" disabled={isLoading} onClick={() => void list.loadMore()}>
          {isLoading ? 'Loading…' : 'Load more'}
        </button>
      )}
    </section>
  );
}

function VisitRow(props: {
  visit: InsightsVisits['visits'][number];
  isOpen: boolean;
  onOpen: (conversationId: string) => void;
}) {
  const { visit, isOpen, onOpen } = props;
  const { at, conversation } = visit;
  return (
    <tr class={isOpen ? 'open' : undefined}>
      <td class="when">
        <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
          {dayAndClock(at, now.value)}
        </time>
      </td>
      <td class="said">
        <button
          type="button"
          class="row-button"
          data-opens={conversation.id}
          aria-expanded={isOpen}
          onClick={() => onOpen(conversation.id)}
        >
          {conversation.topic || 'No question'}
        </button>
        <p class="answer-words soft">{conversation.lastText}</p>
      </td>
      <td class="soft">
        {statuses[conversation.status]}
        {conversation.downvotes > 0 && (
          <span class="downvotes">
            {' '}
            <Icon name="thumbDown" />
            {conversation.downvotes}
            <span class="hidden"> marked down</span>
          </span>
        )}
      </td>
    </tr>
  );
}
