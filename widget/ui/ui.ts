import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type ComponentType, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Chat } from '../core/model.ts';
import type { ConversationText, PanelText } from '../text/text.ts';
import { type Standing, standingOf } from './standing.ts';

/** What a running conversation needs beyond the first sight, as it is loaded. */
export interface ConversationParts {
  readonly About: ComponentType;
  readonly Announcer: ComponentType;
  readonly Conversation: ComponentType;
  readonly Reachability: ComponentType;
  readonly conversationCss: string;
  readonly conversationText: Omit<ConversationText, keyof PanelText>;
}

type Loaded = Pick<ConversationParts, 'About' | 'Announcer' | 'Conversation' | 'Reachability'> & {
  readonly text: ConversationText;
};

/** What the panel is given by the page that it is on. */
export interface UiOptions {
  readonly chat: Chat;
  /** With the site's own lines in place of ours, also of those that come with the conversation. */
  readonly text: PanelText;
  adopt(css: string): void;
  loadConversation(): Promise<ConversationParts>;
  /** Forgets this customer in this browser. */
  forget(): void;
}

/** What all parts of the panel share. */
export interface Ui {
  readonly chat: Chat;
  readonly text: PanelText;
  readonly isOpen: Signal<boolean>;
  /** The panel covers the screen and is modal: on phones and in very low windows. */
  readonly isFull: Signal<boolean>;
  readonly page: Signal<'chat' | 'about'>;
  readonly standing: ReadonlySignal<Standing>;
  /** The bot keeps the customer waiting: the way to a person is pointed out. */
  readonly isLate: Signal<boolean>;
  /** Counts the presses that could do nothing, so that the reason is told again. */
  readonly refusedPresses: Signal<number>;
  /** Loaded once the panel is open. */
  readonly conversation: ReadonlySignal<Loaded | 'loading' | 'failed'>;
  loadConversation(): void;
  forget(): void;
  close(): void;
  talkToHuman(): void;
  send(text: string): void;
  /** Whether the customer has written in this page: then what comes is news, and no history. */
  hasSaidSomething(): boolean;
  /** Tells a screen reader, politely. */
  readonly announcement: Signal<string>;
}

export function createUi({ chat, text, adopt, forget, ...options }: UiOptions): Ui {
  const conversation = signal<Loaded | 'loading' | 'failed'>('loading');
  const refusedPresses = signal(0);
  let isLoading = false;
  let hasSaid = false;
  const isOpen = signal(false);
  return {
    chat,
    text,
    isOpen,
    isFull: signal(false),
    page: signal('chat'),
    standing: computed(() => standingOf(chat)),
    isLate: signal(false),
    refusedPresses,
    announcement: signal(''),
    conversation,
    forget,
    loadConversation() {
      if (isLoading) return;
      isLoading = true;
      conversation.value = 'loading';
      options.loadConversation().then(
        ({ conversationCss, conversationText, ...components }) => {
          adopt(conversationCss);
          conversation.value = { ...components, text: { ...conversationText, ...text } };
        },
        () => {
          isLoading = false;
          conversation.value = 'failed';
        },
      );
    },
    close() {
      isOpen.value = false;
    },
    talkToHuman() {
      hasSaid = true;
      if (chat.connection.value === 'refused') refusedPresses.value += 1;
      else chat.requestHuman();
    },
    send(words) {
      hasSaid = true;
      chat.send(words);
    },
    hasSaidSomething: () => hasSaid,
  };
}

export const UiContext = createContext<Ui | null>(null);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new Error('outside of the panel');
  return ui;
}

/** All lines, for what is shown once the conversation has been loaded. */
export function useText(): ConversationText {
  const { conversation } = useUi();
  if (typeof conversation.value !== 'object') throw new Error('the conversation is not loaded');
  return conversation.value.text;
}

let clock: Intl.DateTimeFormat | undefined;
let calendar: Intl.DateTimeFormat | undefined;

/** A time of day as the customer's system writes it; with the day, unless it is today. */
export function timeOf(at: number): string {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) {
    clock ??= new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
    return clock.format(date);
  }
  calendar ??= new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  return calendar.format(date);
}
