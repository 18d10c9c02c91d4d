import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type MarkdownStream, markdownInto } from '../../browser/markdown.ts';
import type { AnswerItem } from '../../browser/transcript.ts';
import type { Source } from '../../protocol/message.ts';
import { AnswerFeedback } from './AnswerFeedback.tsx';
import { linkIcon } from './conversation-icons.ts';
import { failureLine } from './failure-line.ts';
import { AiMark, Icon } from './Icon.tsx';
import { Dots } from './Message.tsx';
import { Offer } from './Offer.tsx';
import { pendingOf } from './standing.ts';
import { timeOf, useText, useUi } from './ui.ts';
import { WebLink, webUrl } from './WebLink.tsx';

/** Silence after which the customer is told that it takes long, and shown the way to a person. */
const silenceMs = 8_000;

/** What the bot said: no bubble, read like text. */
export function Answer(props: { item: AnswerItem; isContinued: boolean; isLast: boolean }) {
  const text = useText();
  const { item, isLast } = props;
  const { state } = item;
  const time = timeOf(item.at);
  const isOpinionWanted =
    state === 'answered' || state === 'unknown' || (state === 'stopped' && item.text !== '');
  return (
    <div class="answer" title={time}>
      <p class={props.isContinued ? 'sr' : 'by'}>
        <AiMark /> {text.assistant} <time>{time}</time>
      </p>
      {item.text !== '' && <Words text={item.text} isDone={state !== 'pending'} />}
      {state === 'answered' && item.guidance?.kind === 'answer' && <p class="soft">{text.checked}</p>}
      {state === 'pending' && <Progress text={item.text} />}
      {state === 'stopped' && <p class="soft">{text.stopped}</p>}
      {state === 'failed' && <Failed item={item} isLast={isLast} />}
      {state === 'unknown' && <Offer words={text.unknown} />}
      {isOpinionWanted && (
        <AnswerFeedback item={item} isLast={isLast}>
          <Sources sources={item.sources} />
        </AnswerFeedback>
      )}
      {isLast && item.replies.length > 0 && <QuickReplies replies={item.replies} />}
    </div>
  );
}

/** Streams in place: only what is new is written, and the whole anew if it is not what had been streamed. */
function Words({ text, isDone }: { text: string; isDone: boolean }) {
  const element = useRef<HTMLDivElement>(null);
  const shown = useRef<{ stream: MarkdownStream; text: string; isDone: boolean } | null>(null);
  useLayoutEffect(() => {
    if (element.current === null) return;
    let now = shown.current;
    if (now === null || !text.startsWith(now.text) || (now.isDone && text !== now.text)) {
      now = { stream: markdownInto(element.current), text: '', isDone: false };
    }
    now.stream.write(text.slice(now.text.length));
    if (isDone && !now.isDone) now.stream.end();
    shown.current = { stream: now.stream, text, isDone: isDone || now.isDone };
  }, [text, isDone]);
  return <div class={isDone ? 'words md' : 'words md live'} dir="auto" ref={element} />;
}

function Progress({ text: words }: { text: string }) {
  const text = useText();
  const { isLate, standing } = useUi();
  const [silentSince, setSilentSince] = useState<string | null>(null);
  // Every new word starts the wait anew.
  useEffect(() => {
    const timer = setTimeout(() => setSilentSince(words), silenceMs);
    return () => clearTimeout(timer);
  }, [words]);
  const isSilent = silentSince === words;
  useEffect(() => {
    isLate.value = isSilent;
    return () => {
      isLate.value = false;
    };
  }, [isSilent, isLate]);
  if (isSilent) {
    return standing.value.kind === 'bot' ? (
      <Offer words={text.stillWorking} />
    ) : (
      <p class="soft">{text.stillWorking}</p>
    );
  }
  return words === '' ? (
    <p class="pending">
      <Dots />
      <span class="sr">{text.answering}</span>
    </p>
  ) : null;
}

function Failed({ item, isLast }: { item: AnswerItem; isLast: boolean }) {
  const text = useText();
  const { chat, standing } = useUi();
  const { kind } = standing.value;
  const isTried = pendingOf(chat.outbox.value, 'answer:retry').some(({ body }) => body.turn === item.turn);
  if (!isLast || isTried || kind === 'human' || kind === 'resolved')
    return <p class="soft">{text.failedLater}</p>;
  return (
    <Offer words={failureLine(item.failure, text)} isFailure>
      <button type="button" class="button" onClick={() => chat.retryAnswer(item.turn)}>
        {text.tryAgain}
      </button>
    </Offer>
  );
}

/** What the bot proposes to answer; gone once the customer has said anything. */
function QuickReplies({ replies }: { replies: readonly string[] }) {
  const text = useText();
  const { chat, standing, send } = useUi();
  const { kind } = standing.value;
  const isSaid = chat.outbox.value.some(({ name }) => name === 'message:send');
  const last = chat.transcript.value.items.findLast((item) => item.kind !== 'event');
  if (isSaid || last?.kind !== 'answer' || (kind !== 'bot' && kind !== 'waiting')) return null;
  return (
    <fieldset class="chips" aria-label={text.quickReplies}>
      {replies.map((reply) => (
        <button key={reply} type="button" class="chip" dir="auto" onClick={() => send(reply)}>
          {reply}
        </button>
      ))}
    </fieldset>
  );
}

function Sources({ sources }: { sources: readonly Source[] }) {
  const text = useText();
  const links = sources.flatMap(({ title, url }) => {
    const address = webUrl(url);
    return address === null ? [] : [{ title, address }];
  });
  if (links.length === 0) return null;
  return (
    <ul class="sources" aria-label={text.sources}>
      {links.map(({ title, address }) => (
        <li key={address.href}>
          <WebLink url={address}>
            {title}
            <Icon shape={linkIcon} />
          </WebLink>
        </li>
      ))}
    </ul>
  );
}
