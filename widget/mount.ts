import { effect } from '@preact/signals';
import { h, render } from 'preact';
import type { Chat } from './core/model.ts';
import type { Host } from './host.ts';
import type { Half, LauncherState } from './launcher.ts';
import type { HandoffStatus, Handrail, HandrailEvents } from './options.ts';
import { hasConversation, hasLink, hasPanel, markConversation, markPanel } from './resume.ts';
import { panelText } from './text/en/panel.ts';
import { askingWords } from './ui/Header.tsx';
import { Panel } from './ui/Panel.tsx';
import { panelCss } from './ui/panel-css.ts';
import type { Standing } from './ui/standing.ts';
import { createUi, type Ui, UiContext } from './ui/ui.ts';

/** Below this the panel covers the screen. */
const smallScreen = '(max-width:479.98px),(max-height:559.98px)';

/** Puts the panel of this chat into the element and connects both with the launcher and the page. */
export function mount(host: Host, chat: Chat): Handrail {
  const { options, launcher, shadowRoot: root } = host;
  const site = options.site ?? '';
  const text = { ...panelText, ...options.text };
  const adopt = (css: string) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets.push(sheet);
  };
  adopt(panelCss);

  const forget = () => {
    chat.forget();
    markConversation(site, false);
  };
  const ui = createUi({
    chat,
    text,
    adopt,
    forget,
    loadConversation: () => import('./ui/conversation.ts'),
  });
  const { isOpen, isFull, standing } = ui;
  const screen = matchMedia(smallScreen);
  const adapt = () => {
    isFull.value = screen.matches;
  };
  screen.addEventListener('change', adapt);
  adapt();

  const panel = document.createElement('div');
  root.prepend(panel);
  render(h(UiContext.Provider, { value: ui }, h(Panel, null)), panel);

  // The keys of a person who writes here are no shortcuts of the page around it.
  for (const name of ['keydown', 'keypress', 'keyup', 'paste']) {
    root.addEventListener(name, (event) => event.stopPropagation());
  }

  let opener: Half = 'ask';
  const find = (selector: string) => panel.querySelector<HTMLElement>(selector);
  const open = () => {
    chat.start();
    ui.loadConversation();
    isOpen.value = true;
  };
  /** The keyboard of a phone would jump up and hide what has just been opened. */
  const openForUser = (half: Half) => {
    opener = half;
    open();
    const isTouch = isFull.value || matchMedia('(pointer:coarse)').matches;
    afterRender(() => find(isTouch ? '.title' : '.composer textarea')?.focus());
  };

  const tell = <E extends keyof HandrailEvents>(event: E, detail: HandrailEvents[E]) =>
    host.dispatchEvent(new CustomEvent(`handrail:${event}`, { bubbles: true, composed: true, detail }));

  const effects = [
    effect(() => launcher.show(launcherState(ui))),
    effect(() => chat.setVisible(isOpen.value)),
    onChange(
      () => isOpen.value,
      (isNowOpen) => {
        // A covered screen that opens itself on every page would be in the way.
        markPanel(site, isNowOpen && !isFull.peek());
        tell(isNowOpen ? 'open' : 'close', {});
        if (!isNowOpen) afterRender(() => launcher.focus(opener));
      },
    ),
    onChange(
      () => chat.unread.value,
      (count) => tell('unread', { count }),
    ),
    onChange(
      () => handoffStatus(standing.value),
      (status) => tell('handoff', { status }),
    ),
    effect(() => {
      const { items, status } = chat.transcript.value;
      // Before the server has told it, an empty transcript says nothing.
      if (items.length > 0) markConversation(site, status !== 'resolved');
      else if (chat.outbox.value.length > 0) markConversation(site, true);
    }),
  ];

  if (hasConversation(site)) chat.start();
  if (hasLink() || (hasPanel(site) && !isFull.value)) open();

  const handrail: Handrail = {
    element: host,
    open: () => openForUser('ask'),
    close: ui.close,
    toggle: () => (isOpen.value ? ui.close() : openForUser('ask')),
    talkToHuman() {
      openForUser('human');
      ui.talkToHuman();
    },
    send: ui.send,
    on(event, listener) {
      const heard = (happened: Event) => listener((happened as CustomEvent).detail);
      host.addEventListener(`handrail:${event}`, heard);
      return () => host.removeEventListener(`handrail:${event}`, heard);
    },
    destroy() {
      if (host.handrail === handrail) host.handrail = null;
      for (const end of effects) end();
      screen.removeEventListener('change', adapt);
      render(null, panel);
      panel.remove();
      chat.close();
      host.remove();
    },
    forget,
  };
  return handrail;
}

function launcherState(ui: Ui): LauncherState {
  const { chat, text, isOpen } = ui;
  const unread = chat.unread.value;
  const standing = ui.standing.value;
  const base = { isOpen: isOpen.value, unread, unreadLabel: text.unread(unread) };
  switch (standing.kind) {
    case 'asked':
      return { ...base, human: askingWords(ui), tone: 'waiting' };
    case 'waiting': {
      const { place, isAnyoneOnline } = standing;
      const human = place === null || !isAnyoneOnline ? text.inLine : text.inLineShort(place);
      return { ...base, human, tone: 'waiting' };
    }
    case 'human':
      return { ...base, human: text.support(standing.agent.name), tone: 'human' };
    default:
      return { ...base, human: text.talkToHuman, tone: 'none' };
  }
}

const handoffStatus = ({ kind }: Standing): HandoffStatus =>
  kind === 'bot' || kind === 'resolved' ? 'none' : kind;

/** Runs the action when the value has changed; not for its first value. */
function onChange<T>(read: () => T, act: (value: T) => void): () => void {
  let last = read();
  return effect(() => {
    const now = read();
    if (now === last) return;
    last = now;
    act(now);
  });
}

/** Preact renders in a microtask after a signal has changed; the dialog is opened by then. */
const afterRender = (action: () => void) => void requestAnimationFrame(action);
