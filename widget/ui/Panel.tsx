import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Composer } from './Composer.tsx';
import { Header } from './Header.tsx';
import { AiMark } from './Icon.tsx';
import { Notices } from './Notices.tsx';
import { isUnbegun } from './standing.ts';
import { useUi } from './ui.ts';

/** The open chat: a dialog beside the page, or one that covers it on a small screen. */
export function Panel() {
  const ui = useUi();
  const { chat, text, isOpen, isFull, page, close, conversation } = ui;
  const dialog = useRef<HTMLDialogElement>(null);
  useDialog(dialog, isOpen.value, isFull.value);
  useKeyboardRoom(dialog, isOpen.value && isFull.value);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    if (page.value === 'about') page.value = 'chat';
    else close();
  };

  const loaded = typeof conversation.value === 'object' ? conversation.value : null;
  return (
    <dialog
      ref={dialog}
      id="panel"
      class="panel"
      aria-label={chat.site.value?.title ?? text.title}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        // The back gesture of a phone closes as the button does.
        event.preventDefault();
        close();
      }}
    >
      <Header />
      <Notices />
      {page.value === 'about' && loaded !== null ? (
        <loaded.About />
      ) : (
        <>
          {isUnbegun(chat.transcript.value, chat.outbox.value) ? (
            <FirstSight />
          ) : loaded !== null ? (
            <loaded.Conversation />
          ) : (
            <Loading />
          )}
          <Composer />
          <Footer />
        </>
      )}
      {loaded !== null && <loaded.Announcer />}
      <p class="sr" role="status">
        {ui.announcement.value}
      </p>
    </dialog>
  );
}

function FirstSight() {
  const { chat, text, send } = useUi();
  const suggestions = chat.site.value?.suggestions ?? [];
  return (
    <div class="scroll first">
      <AiMark />
      <p class="hello">{text.firstSight}</p>
      {suggestions.length > 0 && (
        <ul class="suggestions" aria-label={text.suggestions}>
          {suggestions.map((question) => (
            <li key={question}>
              <button type="button" dir="auto" onClick={() => send(question)}>
                {question}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Loading() {
  const { text, conversation, loadConversation } = useUi();
  return (
    <div class="scroll first">
      {conversation.value === 'failed' ? (
        <p class="soft" role="alert">
          {text.conversationFailed}{' '}
          <button type="button" class="link" onClick={loadConversation}>
            {text.tryAgain}
          </button>
        </p>
      ) : (
        <p class="soft">{text.conversationLoading}</p>
      )}
    </div>
  );
}

function Footer() {
  const { chat, text, standing, page } = useUi();
  const now = standing.value;
  const who = chat.site.value?.answeredBy;
  const words =
    now.kind === 'human' ? text.withPerson(now.agent.name) : who ? text.answeredBy(who) : text.answeredByAi;
  return (
    <div class="foot">
      <span>{words} ·</span>
      <button type="button" class="link" aria-label={text.about} onClick={() => (page.value = 'about')}>
        {text.aboutShort}
      </button>
    </div>
  );
}

/** Opens and closes the dialog; modal when it covers the screen, so that the page behind it is out of reach. */
function useDialog(ref: { current: HTMLDialogElement | null }, isOpen: boolean, isFull: boolean) {
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    const root = dialog.getRootNode() as ShadowRoot;
    const focused = root.activeElement;
    if (dialog.open) dialog.close();
    if (!isOpen) return;
    if (isFull) dialog.showModal();
    // `show()` would move the focus, also when the chat opens by itself.
    else dialog.open = true;
    // Turning a phone keeps the focus where it was.
    if (focused instanceof HTMLElement && dialog.contains(focused)) focused.focus();
  }, [isOpen, isFull, ref]);
}

/** On phones the keyboard covers the page without changing its size: the panel takes what is left in sight. */
function useKeyboardRoom(ref: { current: HTMLDialogElement | null }, isFull: boolean) {
  useEffect(() => {
    const { visualViewport } = window;
    const style = ref.current?.style;
    if (!isFull || visualViewport === null || style === undefined) return;
    const adapt = () => {
      style.setProperty('--room', `${visualViewport.height}px`);
      style.setProperty('--room-top', `${visualViewport.offsetTop}px`);
    };
    adapt();
    visualViewport.addEventListener('resize', adapt);
    visualViewport.addEventListener('scroll', adapt);
    return () => {
      visualViewport.removeEventListener('resize', adapt);
      visualViewport.removeEventListener('scroll', adapt);
    };
  }, [isFull, ref]);
}
