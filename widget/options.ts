import type { ChatOptions } from './core/chat.ts';
import type { Text } from './text/text.ts';
import type { Theme } from './theme.ts';

/** What a page may say about its chat. */
export interface HandrailOptions {
  /** The public key of the site, `pk_…`. */
  readonly site: string;
  /** Where the Handrail server is, e.g. `https://help.example`. */
  readonly server: string;
  /** A bot that runs in this page, for sites that are set up for one. */
  readonly bot?: ChatOptions['bot'];
  /** The customer's language as a BCP 47 tag; told to the bot and to agents. */
  readonly language?: string;
  /** Who the customer is: what your backend has signed, or a function that fetches it (docs/identity.md). */
  readonly identity?: ChatOptions['identity'];
  /** `auto` follows the customer's system. */
  readonly colorScheme?: 'auto' | 'light' | 'dark';
  /** The corner in which the launcher stands. */
  readonly position?: 'right' | 'left';
  /** Words to replace. */
  readonly text?: Partial<Text>;
  readonly theme?: Theme;
}

/** Where the customer stands with a person. */
export type HandoffStatus = 'none' | 'asked' | 'waiting' | 'human';

/** What a page can listen to, with what it is told. Also dispatched on the element as `handrail:<name>`. */
export interface HandrailEvents {
  readonly open: Record<string, never>;
  readonly close: Record<string, never>;
  readonly unread: { readonly count: number };
  readonly handoff: { readonly status: HandoffStatus };
}

/** The chat of this page, as the page sees it. */
export interface Handrail {
  readonly element: HTMLElement;
  open(): void;
  close(): void;
  toggle(): void;
  /** Opens the chat and asks for a person at once. */
  talkToHuman(): void;
  /** Says this as the customer. The chat need not be open. */
  send(text: string): void;
  /** Returns what ends the listening. */
  on<E extends keyof HandrailEvents>(event: E, listener: (detail: HandrailEvents[E]) => void): () => void;
  /** Takes the chat off the page. What the customer wrote is kept for the next visit. */
  destroy(): void;
  /** Forgets this customer in this browser, e.g. when they sign out. What the server holds stays there. */
  forget(): void;
}
