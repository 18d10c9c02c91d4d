import type { SearchHit } from '../../protocol/search.ts';
import { linePath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { dayAndClock, now } from '../shared/time.ts';
import { statuses } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';

const speakers: Readonly<Record<SearchHit['by'], string>> = {
  customer: 'Customer',
  bot: 'Bot',
  agent: 'Agent',
  note: 'Note',
};

/** The lines that were found: Enter opens the conversation there, the arrows go through them. */
export function Hits(props: { hits: readonly SearchHit[]; isStale: boolean; onLeave: () => void }) {
  const { me } = useWorkplace();
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const links = [...event.currentTarget.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || at === -1) return;
    event.preventDefault();
    if (at + step < 0) props.onLeave();
    else links[Math.min(links.length - 1, at + step)]?.focus();
  };
  return (
    <ul class={props.isStale ? 'hits stale' : 'hits'} aria-label="Found" onKeyDown={onKeyDown}>
      {props.hits.map(({ conversation, seq, at, by, pieces }, index) => (
        <li key={`${conversation.id} ${seq} ${index}`}>
          <Link href={linePath(conversation.id, seq)} class="hit">
            <span class="hit-top">
              <span class="topic">{conversation.topic || 'No question yet'}</span>
              <span class={`tag state-${conversation.status}`}>{statuses[conversation.status]}</span>
              {conversation.agent !== null && <span class="soft small">{conversation.agent.name}</span>}
              {me.sites.length > 1 && <span class="soft small">{conversation.site}</span>}
              <span class="time">{dayAndClock(at, now.value)}</span>
            </span>
            <span class={by === 'note' ? 'hit-line noted' : 'hit-line'}>
              <span class="soft">{speakers[by]}: </span>
              {pieces.map((piece) => (piece.isMarked ? <mark>{piece.text}</mark> : piece.text))}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
