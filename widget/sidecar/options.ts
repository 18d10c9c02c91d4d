import type { HandoffStatus, HandrailOptions } from '../options.ts';

/** A line of the page's own chat. */
export interface PageLine {
  readonly author: 'customer' | 'bot';
  readonly text: string;
  /** Epoch ms, if the page knows it. */
  readonly at?: number;
}

/** An exchange in the page's own chat that the customer may judge. */
export interface JudgedAnswer {
  readonly question: string;
  readonly answer: string;
}

/** Something that a person or the customer has said in the conversation with one. */
export interface SidecarMessage {
  /** The same each time it is told: after a reload all are told again, oldest first. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly from: 'agent' | 'customer';
  /** Of the person; null for the customer. */
  readonly name: string | null;
  readonly text: string;
}

export interface SidecarOptions extends Omit<HandrailOptions, 'bot'> {
  /** What has been said so far, oldest first; asked when the customer wants a person. */
  readonly transcript: () => readonly PageLine[];
  /** Told each time it changes where the customer stands with a person. */
  readonly onHuman?: (status: HandoffStatus) => void;
}

/** What Handrail adds to a chat that a page has already. */
export interface Sidecar {
  /** "Talk to a human", to be placed anywhere. It always says where the wish for a person stands. */
  readonly button: HTMLElement;
  /** Where the customer stands with a person. */
  readonly status: HandoffStatus;
  /** The two thumbs with reasons and a comment, to be placed under this answer. */
  feedback(target: JudgedAnswer): HTMLElement;
  /** The panel with the conversation. */
  open(): void;
  close(): void;
  /** Says this as the customer to the person; asks for one if nobody has. The panel need not be open. */
  say(text: string): void;
  /** Returns what ends the listening. */
  on(event: 'message', listener: (message: SidecarMessage) => void): () => void;
  /** Takes it all off the page. The conversation is kept for the next visit. */
  destroy(): void;
  /** Forgets this customer in this browser, e.g. when they sign out. What the server holds stays there. */
  forget(): void;
}
