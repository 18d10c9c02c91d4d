import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Answer } from './Answer.tsx';
import { newIcon } from './conversation-icons.ts';
import { EventLine } from './EventLine.tsx';
import { useFileParts } from './file-parts.ts';
import { Icon } from './Icon.tsx';
import { Message, Outgoing, Typing } from './Message.tsx';
import { Rating } from './Rating.tsx';
import { type Row, rowsOf } from './rows.ts';
import { pendingOf } from './standing.ts';
import { timeOf, useText, useUi } from './ui.ts';
import { Asking, WaitingCard } from './WaitingCard.tsx';

/** How near to its end the conversation counts as being at the end. */
const endPx = 48;

/** All that has been said and happened, with what the customer can do about it. Not a live region: see Announcer. */
export function Conversation() {
  const text = useText();
  const { chat, standing } = useUi();
  const transcript = chat.transcript.value;
  const outbox = chat.outbox.value;
  const rows = rowsOf(transcript, outbox);
  const { scroller, content, hasNew, toEnd } = useFollowing(rows.at(-1)?.key ?? '', outbox.length);
  const now = standing.value;
  const isWithPeople = now.kind === 'waiting' || now.kind === 'human';
  const files = useFileParts(isWithPeople);
  const lastAnswer = rows.findLast(({ kind }) => kind === 'answer')?.key;
  const lastRequest = rows.findLast(
    (row) => row.kind === 'event' && row.item.fact.type.startsWith('handoff.'),
  )?.key;
  const ratingAfter = placeOfRating(rows);
  const isRated = transcript.rating !== null || pendingOf(outbox, 'conversation:rate').length > 0;

  return (
    <>
      <div class="stage">
        <div class="scroll" ref={scroller} role="log" aria-live="off" aria-label={text.conversation}>
          <div class="rows" ref={content}>
            <p class="event first-line">{text.firstSight}</p>
            {rows.map((row) => (
              <div key={row.key} class={row.isContinued ? 'row more' : 'row'}>
                {row.hasTime && <time class="when">{timeOf(row.at)}</time>}
                {row.kind === 'message' && <Message item={row.item} isContinued={row.isContinued} />}
                {row.kind === 'outgoing' && <Outgoing item={row.item} />}
                {row.kind === 'answer' && (
                  <Answer item={row.item} isContinued={row.isContinued} isLast={row.key === lastAnswer} />
                )}
                {row.kind === 'event' && <EventLine item={row.item} />}
                {row.key === lastRequest && now.kind === 'waiting' && <WaitingCard standing={now} />}
                {row.key === ratingAfter && transcript.canRate && !isRated && <Rating key={ratingAfter} />}
              </div>
            ))}
            {now.kind === 'asked' && <Asking />}
            {chat.agentTyping.value !== null && <Typing agent={chat.agentTyping.value} />}
            {now.kind === 'resolved' && <Ended />}
          </div>
        </div>
        {hasNew && (
          <button type="button" class="new" onClick={toEnd}>
            <Icon shape={newIcon} />
            {text.newMessages}
          </button>
        )}
      </div>
      {files !== null && isWithPeople && <files.AddFile />}
    </>
  );
}

/** Asked once a person has left or the conversation has ended, there where it happened. */
const placeOfRating = (rows: readonly Row[]) =>
  rows.findLast(
    (row) =>
      row.kind === 'event' &&
      (row.item.fact.type === 'handoff.returned' || row.item.fact.type === 'conversation.resolved'),
  )?.key;

function Ended() {
  const text = useText();
  const { chat } = useUi();
  return (
    <div class="ended">
      <button type="button" class="button quiet" onClick={chat.startOver}>
        {text.startOver}
      </button>
      <p class="soft">{text.startOverNote}</p>
    </div>
  );
}

/** The view follows what is new while it is at the end; otherwise the customer is told that there is something. */
function useFollowing(lastKey: string, outgoing: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const hasNew = useSignal(false);
  const before = useRef({ lastKey, outgoing });

  const toEnd = () => {
    const { current } = scroller;
    if (current === null) return;
    current.scrollTop = current.scrollHeight;
    isAtEnd.current = true;
    hasNew.value = false;
  };

  useEffect(() => {
    const { current } = scroller;
    if (current === null || content.current === null) return;
    const onScroll = () => {
      isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < endPx;
      if (isAtEnd.current) hasNew.value = false;
    };
    // What scrolls must be within the keyboard's reach; not every browser makes it so by itself.
    current.tabIndex = 0;
    // Streaming text, opening forms and the keyboard of a phone change sizes without a change of rows.
    const sizes = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
    });
    sizes.observe(content.current);
    sizes.observe(current);
    current.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      current.removeEventListener('scroll', onScroll);
    };
  }, []);

  useLayoutEffect(() => {
    const last = before.current;
    before.current = { lastKey, outgoing };
    // What the customer says themselves is always shown.
    if (isAtEnd.current || outgoing > last.outgoing) toEnd();
    else if (lastKey !== last.lastKey) hasNew.value = true;
  }, [lastKey, outgoing]);

  return { scroller, content, hasNew: hasNew.value, toEnd };
}
