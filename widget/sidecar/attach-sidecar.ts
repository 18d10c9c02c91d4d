import { type Host, whenIdle } from '../host.ts';
import { personIcon } from '../icons.ts';
import { createLauncher, type Launcher, type LauncherState } from '../launcher.ts';
import type { HandoffStatus } from '../options.ts';
import { hasConversation, hasPanel } from '../resume.ts';
import { launcherText } from '../text/en/launcher.ts';
import { themeProperties } from '../theme.ts';
import { button, createBeside, element, styledHost } from './beside.ts';
import type { SidecarChat, SidecarMain } from './chat.ts';
import type { JudgedAnswer, Sidecar, SidecarMessage, SidecarOptions } from './options.ts';
import { showThumbs, type ThumbsPlace } from './thumbs.ts';

const attached = new Map<string, Sidecar>();

/**
 * Adds to a chat that the page has already: the button for a person, thumbs, and the conversation with the person.
 * Requests nothing and stores nothing before the customer presses something, unless a conversation goes on. There is
 * one a page and site: a second call returns the first one's.
 * @param load brings what is not needed before the first use; may be called again after it has failed
 * @throws if `site` or `server` is missing
 */
export function attachSidecar(options: SidecarOptions, load: () => Promise<SidecarMain>): Sidecar {
  const { site, server } = options;
  if (!site) throw new Error('Handrail: `site` is missing; give the key of your site, "pk_…".');
  if (!server) throw new Error('Handrail: `server` is missing; give the address of your Handrail server.');
  const name = `${server} ${site}`;
  const known = attached.get(name);
  if (known !== undefined) return known;

  const text = { ...launcherText, ...options.text };
  const theme = themeProperties(options.theme ?? {});
  const newHost = () => styledHost(options, theme);
  const places = new Set<ThumbsPlace>();
  const listeners = new Set<(message: SidecarMessage) => void>();
  let status: HandoffStatus = 'none';
  let chat: SidecarChat | null = null;
  let loading: Promise<SidecarChat> | null = null;
  let isOver = false;
  /** Where the focus goes back to when the panel closes. */
  let isOpenedHere = false;

  const own = createBeside(newHost());
  const talk = button('talk', personIcon, () => press());
  const label = element('span', 'label');
  label.textContent = text.talkToHuman;
  talk.append(label);
  talk.ariaHasPopup = 'dialog';
  talk.ariaExpanded = 'false';
  own.box.append(talk);
  let shown: Pick<LauncherState, 'human' | 'tone' | 'isOpen'> = {
    human: text.talkToHuman,
    tone: 'none',
    isOpen: false,
  };
  const say = (isBusy = false) => {
    label.textContent = isBusy ? text.opening : shown.human;
    talk.ariaBusy = String(isBusy);
    talk.dataset.tone = shown.tone;
    talk.ariaExpanded = String(shown.isOpen);
  };

  /** The first thumbs stay if the others cannot be loaded now; a press loads again. */
  const showFeedback = (now: SidecarChat, place: ThumbsPlace) =>
    void now.showFeedback(place).catch(() => undefined);

  const bring = async (): Promise<SidecarChat> => {
    const main = await load();
    if (isOver) throw new Error('Handrail: the sidecar has been taken off this page.');
    const host = newHost() as Host;
    const root = host.attachShadow({ mode: 'open' });
    const words = { ...text, ask: options.text?.ask ?? main.conversationWord };
    const small = createLauncher(root, words, () => chat?.toggle());
    const launcher: Launcher = {
      ...small,
      show(state) {
        small.show(state);
        shown = state;
        say();
      },
      focus: () => (isOpenedHere ? talk.focus() : small.focus('ask')),
    };
    Object.assign(host, { options, handrail: null, launcher });
    document.body.append(host);
    const brought = main.bringChat(host, options, {
      status(now) {
        status = now;
        options.onHuman?.(now);
      },
      message(message) {
        for (const listener of listeners) listener(message);
      },
    });
    chat = brought;
    for (const place of places) showFeedback(brought, place);
    return brought;
  };
  const loaded = (): Promise<SidecarChat> => {
    loading ??= bring().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  /** Loads with a sign that it is at it, and says when it fails. */
  const withChat = (act: (chat: SidecarChat) => void | Promise<void>, fail = own.fail) => {
    fail('');
    const run = async () => {
      if (chat === null && fail === own.fail) say(true);
      // At once if it is there: a press must not fall behind what comes after it.
      await act(chat ?? (await loaded()));
    };
    run()
      .catch(() => {
        if (!isOver) fail(text.loadFailed);
      })
      .finally(() => say());
  };
  const press = () => {
    isOpenedHere = true;
    withChat((now) => (status === 'none' ? now.askForPerson() : now.toggle()));
  };

  // A person may have answered meanwhile. A failure is no loss: a press loads again.
  if (hasConversation(site) || hasPanel(site)) whenIdle(() => void loaded().catch(() => undefined));

  const sidecar: Sidecar = {
    button: own.host,
    get status() {
      return status;
    },
    feedback(target: JudgedAnswer) {
      const host = newHost();
      host.className = 'feedback';
      const place: ThumbsPlace = { beside: createBeside(host), target };
      const { beside } = place;
      places.add(place);
      showThumbs(beside, text, (thumb, pressed) => {
        pressed.ariaBusy = 'true';
        const fail = (words: string) => {
          pressed.ariaBusy = 'false';
          beside.fail(words);
        };
        withChat((now) => now.judge(place, thumb), fail);
      });
      if (chat !== null) showFeedback(chat, place);
      return host;
    },
    open: () => withChat((now) => now.open()),
    close: () => chat?.close(),
    say: (words) => withChat((now) => now.say(words)),
    on(_event, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      isOver = true;
      attached.delete(name);
      listeners.clear();
      chat?.destroy();
      for (const { beside } of places) beside.host.remove();
      places.clear();
      own.host.remove();
    },
    forget: () => withChat((now) => now.forget()),
  };
  attached.set(name, sidecar);
  return sidecar;
}
