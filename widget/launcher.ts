import { personIcon } from './icons.ts';
import { launcherCss } from './launcher-css.ts';
import type { LauncherText } from './text/text.ts';

const chatIcon =
  'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4a2 2 0 0 1-2-2z';
const downIcon = 'M6 9.5l6 6 6-6';

/** The two things that the launcher does: ask the bot, or ask for a person. */
export type Half = 'ask' | 'human';

/** What the launcher shows once the chat is loaded. */
export interface LauncherState {
  readonly isOpen: boolean;
  /** Words and colour of the second half: the way to a person, or where the customer stands with one. */
  readonly human: string;
  readonly tone: 'none' | 'waiting' | 'human';
  readonly unread: number;
  /** The unread messages in words, for the name of the button. */
  readonly unreadLabel: string;
}

export interface Launcher {
  show(state: LauncherState): void;
  /** Which half waits for the chat to load; null when none does. */
  setBusy(half: Half | null): void;
  setFailed(isFailed: boolean): void;
  focus(half: Half): void;
}

/** The pill that is on the page before anything else is loaded: plain DOM, and no request. */
export function createLauncher(
  root: ShadowRoot,
  text: LauncherText,
  onPress: (half: Half) => void,
): Launcher {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherCss);
  root.adoptedStyleSheets = [sheet];

  const ask = half('ask', chatIcon, text.ask);
  const human = half('human', personIcon, text.talkToHuman);
  const badge = element('span', 'badge');
  badge.hidden = true;
  badge.ariaHidden = 'true';
  const unreadNote = element('span', 'sr');
  ask.button.append(badge, unreadNote);
  ask.button.ariaHasPopup = 'dialog';
  ask.button.ariaExpanded = 'false';
  const pill = element('div', 'pill');
  pill.append(ask.button, human.button);
  const failure = element('p', 'failure');
  failure.hidden = true;
  const alert = element('div', 'alert');
  alert.role = 'alert';
  alert.append(failure);
  const launcher = element('div', 'launcher');
  launcher.role = 'region';
  launcher.ariaLabel = text.region;
  launcher.append(alert, pill);
  root.append(launcher);

  const halves = { ask, human };
  const words = { ask: text.ask, human: text.talkToHuman };
  ask.button.addEventListener('click', () => onPress('ask'));
  human.button.addEventListener('click', () => onPress('human'));

  const setBusy = (busy: Half | null) => {
    for (const name of ['ask', 'human'] as const) {
      halves[name].button.ariaBusy = String(name === busy);
      halves[name].label.textContent = name === busy ? text.opening : words[name];
    }
  };

  return {
    setBusy,
    show({ isOpen, tone, unread, unreadLabel, ...state }) {
      words.ask = isOpen ? text.close : text.ask;
      words.human = state.human;
      setBusy(null);
      ask.path.setAttribute('d', isOpen ? downIcon : chatIcon);
      ask.button.ariaExpanded = String(isOpen);
      unreadNote.textContent = unread > 0 ? `, ${unreadLabel}` : '';
      human.button.dataset.tone = tone;
      badge.hidden = unread === 0;
      badge.textContent = unread > 9 ? '9+' : String(unread);
    },
    setFailed(isFailed) {
      failure.hidden = !isFailed;
      // Written anew, so that a second failure is announced too.
      failure.textContent = isFailed ? text.loadFailed : '';
    },
    focus: (name) => halves[name].button.focus(),
  };
}

function half(name: Half, shape: string, words: string) {
  const button = element('button', name);
  button.setAttribute('type', 'button');
  const label = element('span', 'label');
  label.textContent = words;
  const path = svg('path');
  path.setAttribute('d', shape);
  const icon = svg('svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.ariaHidden = 'true';
  icon.append(path);
  button.append(icon, label);
  return { button, label, path };
}

function element(name: string, className: string): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

const svg = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);
