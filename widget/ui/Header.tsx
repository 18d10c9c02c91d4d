import { useRef } from 'preact/hooks';
import { closeIcon, personIcon } from '../icons.ts';
import { Icon } from './Icon.tsx';
import { timeOf, type Ui, useUi } from './ui.ts';

/** What is always in sight: the title, who is speaking now, and the way to a person. */
export function Header() {
  const { chat, text, close } = useUi();
  return (
    <div class="header">
      <div class="bar">
        <h2 class="title" tabIndex={-1}>
          {chat.site.value?.title ?? text.title}
        </h2>
        <button
          type="button"
          class="round"
          aria-label={text.closeChat}
          title={text.closeChat}
          onClick={close}
        >
          <Icon shape={closeIcon} />
        </button>
      </div>
      <StateLine />
      <HumanPill />
    </div>
  );
}

function StateLine() {
  const { text, standing } = useUi();
  const { kind } = standing.value;
  const words = {
    bot: text.stateBot,
    asked: text.stateAsked,
    waiting: text.stateWaiting,
    human: text.stateHuman,
    resolved: text.stateResolved,
  };
  return (
    <p class="state" data-kind={kind}>
      {words[kind]}
    </p>
  );
}

/** The way to a person. It never moves and never hides; while one is on the way it says how that stands. */
function HumanPill() {
  const ui = useUi();
  const { chat, text, standing, isLate, conversation } = ui;
  const loaded = conversation.value;
  const box = useRef<HTMLDivElement>(null);
  /** The pressed button goes away: the focus stays here instead of falling back to the page. */
  const act = (action: () => void) => () => {
    box.current?.focus();
    action();
  };
  const now = standing.value;
  return (
    <div class="rail" tabIndex={-1} ref={box} data-kind={now.kind}>
      {now.kind === 'bot' || now.kind === 'resolved' ? (
        <button type="button" class={isLate.value ? 'way late' : 'way'} onClick={act(ui.talkToHuman)}>
          <Icon shape={personIcon} />
          {text.talkToHuman}
          {typeof loaded === 'object' && <loaded.Reachability />}
        </button>
      ) : (
        <div class="way">
          <Icon shape={personIcon} />
          <b>
            {now.kind === 'asked' && askingWords(ui)}
            {now.kind === 'waiting' &&
              (now.place === null || !now.isAnyoneOnline ? text.inLine : text.place(now.place))}
            {now.kind === 'human' && text.support(now.agent.name)}
          </b>
          {now.kind === 'human' && now.joinedAt !== null && (
            <small>{text.joinedAt(timeOf(now.joinedAt))}</small>
          )}
          {now.kind === 'waiting' && (
            <button
              type="button"
              class="link"
              aria-label={text.cancelLabel}
              aria-disabled={now.isLeaving}
              onClick={act(chat.cancelRequest)}
            >
              {now.isLeaving ? text.cancelling : text.cancel}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** Offline the request is kept, and nobody is being asked yet. */
export const askingWords = ({ chat, text }: Ui): string =>
  chat.connection.value === 'offline' ? text.askingOffline : text.asking;
