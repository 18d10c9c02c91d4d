import type { MessageItem } from '../../browser/transcript.ts';
import type { AgentRef } from '../../protocol/message.ts';
import type { OutboxItem } from '../core/model.ts';
import { timeOf, useText, useUi } from './ui.ts';
import { Linked } from './WebLink.tsx';

/** Something said by the customer or by a person. */
export function Message({ item, isContinued }: { item: MessageItem; isContinued: boolean }) {
  const text = useText();
  const time = timeOf(item.at);
  if (item.by.kind !== 'agent')
    return <Bubble words={item.text} said={text.saidAt(text.you, time)} time={time} />;
  const { name } = item.by;
  return (
    <div class="person">
      {!isContinued && <Initial name={name} />}
      <div class="bubble" title={time}>
        {!isContinued && (
          <p class="by">
            <b>{name}</b> <time>{time}</time>
          </p>
        )}
        {isContinued && <span class="sr">{text.saidAt(name, time)}</span>}
        <p class="words" dir="auto">
          <Linked words={item.text} />
        </p>
      </div>
    </div>
  );
}

/** A message on its way. Its failure stays on it until it is sent again or discarded. */
export function Outgoing({ item }: { item: OutboxItem<'message:send'> }) {
  const text = useText();
  const { chat } = useUi();
  const isOff = chat.connection.value === 'offline' || chat.connection.value === 'refused';
  return (
    <>
      <Bubble
        words={item.body.text}
        said={`${text.you}:`}
        time={timeOf(item.at)}
        isFaint={item.state !== 'failed'}
      />
      {item.state === 'failed' ? (
        <p class="fate fail" role="alert">
          {text.notSent} ·{' '}
          <button type="button" class="link" onClick={() => chat.retrySend(item.cid)}>
            {text.retry}
          </button>{' '}
          ·{' '}
          <button type="button" class="link" onClick={() => chat.discard(item.cid)}>
            {text.discard}
          </button>
        </p>
      ) : (
        <p class={isOff ? 'fate' : 'fate late'}>{isOff ? text.queued : text.sending}</p>
      )}
    </>
  );
}

function Bubble(props: { words: string; said: string; time: string; isFaint?: boolean }) {
  return (
    <div class={props.isFaint ? 'bubble mine faint' : 'bubble mine'} title={props.time}>
      <span class="sr">{props.said}</span>
      <p class="words" dir="auto">
        {props.words}
      </p>
    </div>
  );
}

export function Typing({ agent }: { agent: AgentRef }) {
  const text = useText();
  return (
    <div class="person row">
      <Initial name={agent.name} />
      <div class="bubble typing">
        <Dots />
        <span class="sr">{text.typing(agent.name)}</span>
      </div>
    </div>
  );
}

/** They rest after five seconds, as nothing may move for longer without a way to stop it (WCAG 2.2.2). */
export function Dots() {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

function Initial({ name }: { name: string }) {
  return (
    <span class="initial" aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  );
}
