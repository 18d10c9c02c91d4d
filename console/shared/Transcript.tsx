import type { ComponentChildren } from 'preact';
import type {
  AnswerItem,
  MessageItem,
  Transcript as Model,
  TranscriptItem,
} from '../../browser/transcript.ts';
import type { Actor } from '../../protocol/message.ts';
import { Files } from './Files.tsx';
import { foldsOf } from './fold.ts';
import { Icon } from './Icon.tsx';
import { Markdown } from './Markdown.tsx';
import { OutsideLink } from './OutsideLink.tsx';
import { PromiseLine } from './PromiseLine.tsx';
import { SharedLines } from './SharedLines.tsx';
import { EventLine } from './TranscriptEvent.tsx';
import { clock, fullTime } from './time.ts';
import { count, failures, feedbackReasons, guidanceWords, judgedWords } from './words.ts';

/** What can be done with a line, shown below it. */
export interface LineTools {
  answer(answer: AnswerItem): ComponentChildren;
  message(message: MessageItem): ComponentChildren;
}

/** All that was said and done in a conversation, with the bot's part and what the customer thought of it. */
export function TranscriptLines(props: { transcript: Model; meId: string; tools?: LineTools }) {
  const { transcript, meId, tools } = props;
  const { items } = transcript;
  const line = (index: number) => {
    const item = items[index];
    const before = items.slice(0, index).findLast((earlier) => !isTold(earlier));
    return (
      item && (
        <div key={item.seq} data-seq={item.seq}>
          <Line id={transcript.conversationId} item={item} before={before} meId={meId} tools={tools} />
        </div>
      )
    );
  };
  // Only who works on it needs the short way; who reads feedback wants it whole.
  const folds = tools === undefined ? [] : foldsOf(items);
  return items.map((item, index) => {
    const next = items[index + 1];
    if (tools !== undefined && isTold(item) && next !== undefined && isTold(next)) return null;
    const fold = folds.find(({ from, until }) => index >= from && index < until);
    if (fold === undefined) return line(index);
    if (index !== fold.from) return null;
    const indexes = Array.from({ length: fold.until - fold.from }, (_, step) => fold.from + step);
    return (
      <details class="folded" key={`fold ${item.seq}`}>
        <summary>{count(fold.answers, 'answer')} of the bot that nobody complained of</summary>
        {indexes.map(line)}
      </details>
    );
  });
}

/** What the queue says of itself, again and again; who works on it needs the latest of a run only. */
const isTold = (item: TranscriptItem) => item.kind === 'event' && item.fact.type === 'queue.told';

function Line(props: {
  id: string;
  item: TranscriptItem;
  before: TranscriptItem | undefined;
  meId: string;
  tools: LineTools | undefined;
}) {
  const { id, item, before, meId, tools } = props;
  switch (item.kind) {
    case 'message':
      return (
        <Said who={authorName(item.by, meId)} at={item.at} kind={item.by.kind}>
          <Files conversationId={id} text={item.text} files={item.files ?? []} />
          {tools?.message(item)}
        </Said>
      );
    case 'note':
      return (
        <Said
          who={
            item.by.kind === 'agent' && item.by.id === meId
              ? 'Your note'
              : `Note, ${authorName(item.by, meId)}`
          }
          at={item.at}
          kind="note"
        >
          <p class="text noted">{item.text}</p>
        </Said>
      );
    case 'answer':
      return <Answer answer={item} meId={meId} tools={tools} />;
    case 'promise':
      return <PromiseLine item={item} meId={meId} />;
    case 'event':
      if (item.fact.type === 'transcript.shared') return <SharedLines fact={item.fact} />;
      return <EventLine item={item} before={before} meId={meId} />;
  }
}

export function authorName(by: Actor, meId: string): string {
  switch (by.kind) {
    case 'customer':
      return 'Customer';
    case 'bot':
      return 'Bot';
    case 'system':
      return 'Handrail';
    case 'agent':
      return by.id === meId ? 'You' : by.name;
  }
}

/** One line: who and when on the left, what on the right. */
export function Said(props: {
  who: string;
  at: number | null;
  kind: Actor['kind'] | 'note';
  children: ComponentChildren;
}) {
  return (
    <div class={`line by-${props.kind}`}>
      <div class="who">
        <span class="name">{props.who}</span>
        {props.at !== null && (
          <time dateTime={new Date(props.at).toISOString()} title={fullTime(props.at)}>
            {clock(props.at)}
          </time>
        )}
      </div>
      <div class="what">{props.children}</div>
    </div>
  );
}

function Answer(props: { answer: AnswerItem; meId: string; tools: LineTools | undefined }) {
  const { answer, meId, tools } = props;
  const { state, text, failure, feedback, sources, better } = answer;
  const isBad = feedback?.verdict === 'down';
  // A bot that only brought in a person has said nothing: what it did stands in a line of its own.
  if (state === 'answered' && text === '' && sources.length === 0 && feedback === null) return null;
  return (
    <Said who="Bot" at={answer.at} kind="bot">
      <div
        class={isBad ? 'answer bad' : 'answer'}
        aria-busy={state === 'pending'}
        title={answer.judged && judgedWords(answer.judged)}
      >
        {answer.guidance && <p class="meta">{guidanceWords(answer.guidance)}</p>}
        {text !== '' && <Markdown text={text} isGrowing={state === 'pending'} />}
        {state === 'pending' && (
          <p class="meta" aria-hidden={text !== ''}>
            The bot is answering…
          </p>
        )}
        {state === 'stopped' && <p class="meta">Stopped: the conversation moved on.</p>}
        {state === 'unknown' && <p class="meta warn">The bot said it does not know.</p>}
        {state === 'failed' && <p class="meta fail">{failures[failure ?? 'unreachable']}</p>}
        {sources.length > 0 && (
          <p class="meta">
            {sources.length === 1 ? 'Source: ' : 'Sources: '}
            {sources.map((source, index) => (
              <span key={`${source.url} ${source.title}`}>
                {index > 0 && ' · '}
                <OutsideLink url={source.url} title={source.title} />
              </span>
            ))}
          </p>
        )}
        {feedback !== null && (
          <p class={isBad ? 'meta verdict fail' : 'meta verdict good'}>
            <Icon name={isBad ? 'thumbDown' : 'thumbUp'} />
            <span>
              {[
                isBad ? 'Thumbs down' : 'Thumbs up',
                ...feedback.reasons.map((reason) => feedbackReasons[reason]),
                ...(feedback.comment === '' ? [] : [`“${feedback.comment}”`]),
                ...(feedback.rightAnswer ? [`right would be “${feedback.rightAnswer}”`] : []),
              ].join(' · ')}
            </span>
          </p>
        )}
        {better !== undefined && (
          <div class="better">
            <p class="meta">What it should have said · {authorName(better.by, meId)}</p>
            <p class="text">{better.text}</p>
          </div>
        )}
        {tools?.answer(answer)}
      </div>
    </Said>
  );
}
