import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { wordsBeside } from '../../browser/files.ts';
import type { Transcript } from '../../browser/transcript.ts';
import { isReaching } from '../connection.ts';
import { query } from '../route.ts';
import { Files } from '../shared/Files.tsx';
import { scrollable } from '../shared/scrollable.ts';
import { type LineTools, Said, TranscriptLines } from '../shared/Transcript.tsx';
import { refusalWords } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import type { OpenConversation } from './open-conversation.ts';
import type { Outgoing } from './outbox.ts';

/** As near to the end as this still counts as being there. */
const endPx = 24;

/** The transcript with what is on its way. It follows new lines only for a reader who is at the end. */
export function Scroller({ open, tools }: { open: OpenConversation; tools: LineTools }) {
  const { me, outbox } = useWorkplace();
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const lastTop = useRef(0);
  const hasMore = useSignal(false);
  const transcript = open.transcript.value;
  const outgoing = outbox.entries.value.filter(
    (entry) => entry.conversationId === open.id && !isShown(entry, transcript, me.id),
  );

  const toEnd = () => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  useLayoutEffect(() => {
    if (content.current === null || box.current === null) return;
    // A form that opens within a line makes it longer, too: only more lines are news.
    const countLines = () => content.current?.querySelectorAll(':scope > :not(.typing)').length ?? 0;
    let lastCount = countLines();
    // Streaming text grows between two renders: the size is watched, not the data.
    const growth = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
      else if (countLines() > lastCount) hasMore.value = true;
      lastCount = countLines();
    });
    growth.observe(content.current);
    // The box itself shrinks when the reply box below it grows.
    growth.observe(box.current);
    return () => growth.disconnect();
  }, []);

  const line = Number(new URLSearchParams(query.value).get('line') ?? 0);
  // An answer stands where its turn began, before the seq at which it was whole.
  const foundSeq = line > 0 ? transcript.items.findLast(({ seq }) => seq <= line)?.seq : undefined;
  const isThere = line > 0 && transcript.seq >= line;
  useLayoutEffect(() => {
    if (!isThere || foundSeq === undefined) return;
    const found = content.current?.querySelector(`[data-seq="${foundSeq}"]`);
    if (!found) return;
    isAtEnd.current = false;
    found.classList.add('found');
    found.scrollIntoView({ block: 'center' });
    return () => found.classList.remove('found');
  }, [isThere, foundSeq]);

  const onScroll = () => {
    const { current } = box;
    if (current === null) return;
    const isNear = current.scrollHeight - current.scrollTop - current.clientHeight <= endPx;
    // Only who scrolls up leaves the end: lines that came since the last scroll do not count against them.
    if (isNear) isAtEnd.current = true;
    else if (current.scrollTop < lastTop.current) isAtEnd.current = false;
    lastTop.current = current.scrollTop;
    if (isNear) hasMore.value = false;
  };

  return (
    <div class="scroll-frame">
      <div class="scroller" role="log" aria-label="Transcript" {...scrollable} ref={box} onScroll={onScroll}>
        <div class="transcript" ref={content}>
          {!open.isLoaded.value && transcript.items.length === 0 && (
            <p class="soft">Loading the conversation…</p>
          )}
          <TranscriptLines transcript={transcript} meId={me.id} tools={tools} />
          {outgoing.map((entry) => (
            <OutgoingLine key={entry.cid} entry={entry} />
          ))}
          {open.isCustomerTyping.value && <p class="event typing">The customer is typing…</p>}
        </div>
      </div>
      {hasMore.value && (
        <button type="button" class="button small new-lines" onClick={toEnd}>
          New messages
        </button>
      )}
    </div>
  );
}

function OutgoingLine({ entry }: { entry: Outgoing }) {
  const { outbox, connection, drafts } = useWorkplace();
  const isNote = entry.kind === 'note';
  const isOnline = isReaching(connection.state.value);
  return (
    <Said who={isNote ? 'Your note' : 'You'} at={entry.at} kind={isNote ? 'note' : 'agent'}>
      {isNote ? (
        <p class="text noted">{entry.text}</p>
      ) : (
        <Files conversationId={entry.conversationId} text={entry.text} files={entry.files ?? []} />
      )}
      {entry.state === 'failed' ? (
        <p class="meta fail">
          Not sent. {refusalWords(entry.code ?? 'internal')}{' '}
          <button type="button" class="text-button" onClick={() => outbox.retry(entry.cid)}>
            Retry
          </button>{' '}
          <button
            type="button"
            class="text-button"
            onClick={() => {
              const files = entry.files ?? [];
              drafts.putBack(entry.conversationId, entry.kind, wordsBeside(entry.text, files), files);
              outbox.discard(entry.cid);
            }}
          >
            Put back into the box
          </button>
        </p>
      ) : (
        <p class="meta">{isOnline ? 'Sending…' : 'Kept. Goes out when the connection is back.'}</p>
      )}
    </Said>
  );
}

/** Whether the transcript has it already: the fact may overtake the answer to its command. */
function isShown(entry: Outgoing, { items, seq }: Transcript, meId: string): boolean {
  if (entry.seq !== null) return entry.seq <= seq;
  if (entry.kind === 'reply') return items.some((item) => item.kind === 'message' && item.cid === entry.cid);
  // Notes carry no cid: the same words of ours within a minute are this one.
  return (
    entry.state === 'sending' &&
    items.some(
      (item) =>
        item.kind === 'note' &&
        item.by.kind === 'agent' &&
        item.by.id === meId &&
        item.text === entry.text &&
        Math.abs(item.at - entry.at) < 60_000,
    )
  );
}
