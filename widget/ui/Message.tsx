import { wordsBeside } from '../../browser/files.ts';
import type { MessageItem } from '../../browser/transcript.ts';
import type { AgentRef } from '../../protocol/message.ts';
import type { OutboxItem } from '../core/model.ts';
import { useFileParts } from './file-parts.ts';
import { timeOf, useText, useUi } from './ui.ts';
import { Linked } from './WebLink.tsx';

/** Something said by the customer or by a person. */
export function Message({ item, isContinued }: { item: MessageItem; isContinued: boolean }) {
  const text = useText();
  const time = timeOf(item.at);
  if (item.by.kind !== 'agent')
    return <Bubble files={item.files} words={item.text} said={text.saidAt(text.you, time)} time={time} />;
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
        <Said words={item.text} files={item.files} />
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

/** What was said, and the files with it. Until what shows them is there, their names are the words. */
function Said(props: Pick<MessageItem, 'files'> & { words: string; isMine?: boolean }) {
  const { words, files = [], isMine } = props;
  const parts = useFileParts(files.length > 0);
  const beside = parts === null ? words : wordsBeside(words, files);
  return (
    <>
      {beside !== '' && (
        <p class="words" dir="auto">
          {isMine ? beside : <Linked words={beside} />}
        </p>
      )}
      {parts !== null && files.length > 0 && <parts.Attached files={files} />}
    </>
  );
}

function Bubble(
  props: Pick<MessageItem, 'files'> & { words: string; said: string; time: string; isFaint?: boolean },
) {
  return (
    <div class={props.isFaint ? 'bubble mine faint' : 'bubble mine'} title={props.time}>
      <span class="sr">{props.said}</span>
      <Said isMine words={props.words} files={props.files} />
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
