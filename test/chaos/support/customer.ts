import { createChat } from '../../../widget/core/chat.ts';
import type { Chat, OutboxItem } from '../../../widget/core/model.ts';
import type { Entry } from '../../../widget/core/outbox-rules.ts';
import type { Pace } from '../../../widget/core/pace.ts';
import type { KeyValueStore, Surroundings } from '../../../widget/core/surroundings.ts';
import { createLive, type Live, type LiveOptions } from '../../../widget/live/live.ts';
import { createBrowser, type TestTab } from '../../widget/support/browser.ts';
import type { Recorder } from './history.ts';

export interface CustomerOptions {
  readonly recorder: Recorder;
  readonly name: string;
  /** Where the customer's browser reaches the server, perhaps through a proxy. */
  readonly url: string;
  readonly site: string;
  readonly pace: Pace;
  /** Changes the live connection of the tab that is opened. */
  readonly spoil?: (live: Live, tab: number) => Live;
}

/**
 * A customer with the real widget, but without a screen: what is proven is the widget's own outbox. Everything that
 * the widget keeps for the customer and tells them goes into the history.
 */
export interface Customer {
  readonly name: string;
  readonly chat: Chat;
  readonly conversationId: string;
  /** Connections that came about, over all tabs. */
  connects(): number;
  /** Tabs opened so far. */
  tabs(): number;
  token(): string;
  /** Commands on their way, or to be tried again; what the server has refused for good is neither. */
  unsent(): number;
  /** The page is loaded again, or its process dies without a word: a new tab finds what was kept. */
  reopen(how: 'reload' | 'crash'): void;
  /** Presses "retry" on what is shown as failed through the fault of the way. @returns how many */
  retryFailed(): number;
  /** Faults of our own that the widget has reported. */
  faults(): readonly unknown[];
  close(): void;
}

export function createCustomer(options: CustomerOptions): Customer {
  const { recorder, name, url, site } = options;
  const browser = createBrowser();
  const faults: unknown[] = [];
  let tabs = 0;
  let connects = 0;
  let isOpen = { tab: true };
  let tab: TestTab;
  let chat: Chat;

  const open = () => {
    tabs += 1;
    const own = { tab: true };
    isOpen = own;
    const number = tabs;
    const loadLive = async () => ({
      createLive(live: LiveOptions) {
        const onConnected = () => {
          connects += 1;
          live.onConnected();
        };
        const opened = createLive({ ...live, onConnected });
        return options.spoil?.(opened, number) ?? opened;
      },
    });
    tab = browser.tab({ pace: options.pace, loadLive });
    const watched = watchOutbox(tab.store, recorder, name, () => own.tab);
    const surroundings: Surroundings = { ...tab, store: watched };
    chat = createChat({ server: url, site }, surroundings);
    const note = recorder.screen(`${name}, tab ${number}`, 'customer');
    chat.transcript.subscribe((transcript) => {
      if (own.tab) note(transcript);
    });
    chat.start();
  };
  const leave = () => {
    isOpen.tab = false;
    tab.kill();
    chat.close();
    faults.push(...tab.faults);
  };
  open();

  return {
    name,
    get chat() {
      return chat;
    },
    get conversationId() {
      return chat.transcript.peek().conversationId;
    },
    connects: () => connects,
    tabs: () => tabs,
    token() {
      const [, kept = '{}'] = [...browser.stored].find(([key]) => key.endsWith('/session')) ?? [];
      return (JSON.parse(kept) as { token?: string }).token ?? '';
    },
    unsent: () => chat.outbox.peek().filter((item) => item.state !== 'failed' || isWaysFault(item)).length,
    reopen(how) {
      if (how === 'reload') tab.emit('left');
      leave();
      open();
    },
    retryFailed() {
      const failed = chat.outbox.peek().filter(isWaysFault);
      for (const { cid } of failed) chat.retrySend(cid);
      return failed.length;
    },
    faults: () => [...faults, ...tab.faults],
    close: leave,
  };
}

/** Not the server's judgement: the customer is offered to try again. */
const isWaysFault = ({ state, code }: Pick<OutboxItem, 'state' | 'code'>) =>
  state === 'failed' && (code === 'unavailable' || code === 'rate_limited');

/**
 * The outbox as the browser keeps it: an entry is a command from the moment it is written, acknowledged when the
 * widget says so there, and settled when it is taken out because the transcript shows it.
 */
function watchOutbox(
  store: KeyValueStore,
  recorder: Recorder,
  sender: string,
  isAlive: () => boolean,
): KeyValueStore {
  const entryOf = (key: string, value: string | null) =>
    value !== null && key.includes('/outbox/') ? (JSON.parse(value) as Entry) : null;

  const written = ({ cid, conversationId, name, body, state, ackedSeq, code }: Entry) => {
    const text = 'text' in body ? String(body.text) : null;
    recorder.invoked({ cid, conversationId, side: 'customer', sender, name, text });
    if (ackedSeq !== null) recorder.acknowledged(cid, ackedSeq);
    else if (isWaysFault({ state, code })) recorder.parked(cid);
    else if (state === 'failed') recorder.refused(cid, code ?? 'unknown');
  };
  const takenOut = ({ cid, name, state, ackedSeq }: Entry) => {
    const isShown = name === 'message:send' && state !== 'failed' && ackedSeq === null;
    if (isShown) recorder.acknowledged(cid, null);
  };

  return {
    ...store,
    set(key, value) {
      store.set(key, value);
      const entry = entryOf(key, value);
      if (entry !== null && isAlive()) written(entry);
    },
    delete(key) {
      const entry = entryOf(key, store.get(key));
      store.delete(key);
      if (entry !== null && isAlive()) takenOut(entry);
    },
  };
}
