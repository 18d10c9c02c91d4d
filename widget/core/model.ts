import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Transcript } from '../../browser/transcript.ts';
import type { CustomerCommandName, CustomerCommands } from '../../protocol/commands.ts';
import type { Refusal, RefusalCode } from '../../protocol/errors.ts';
import type { Outcome, QueuePlace, Reachability } from '../../protocol/handoff.ts';
import type { AgentRef } from '../../protocol/message.ts';
import type { SiteInfo } from '../../protocol/session.ts';

/**
 * How the chat reaches its server.
 * `idle`: nothing has been asked for yet, and no request made. `connecting`: on the way, for a few seconds at most.
 * `online`: live. `limited`: no socket gets through, but commands and reads do over plain HTTP (D8).
 * `offline`: nothing gets through; what the customer writes is kept and sent later.
 * `refused`: the server will not serve this page; `refusal` says why, and only a reload or a change of the
 * embed can help (`version_mismatch`, `site_not_found`, `origin_not_allowed`).
 */
export type Connection = 'idle' | 'connecting' | 'online' | 'limited' | 'offline' | 'refused';

/** A command on its way. `failed` items stay until the customer sends them again or discards them. */
export interface OutboxItem<N extends CustomerCommandName = CustomerCommandName> {
  readonly cid: string;
  readonly conversationId: string;
  /** Epoch ms, by the browser's clock. */
  readonly at: number;
  readonly name: N;
  readonly body: Omit<CustomerCommands[N], 'cid' | 'conversationId'>;
  readonly state: 'queued' | 'sending' | 'failed';
  /** Why it failed: a refusal of the server, or `expired` when it could not be sent for a day. */
  readonly code: RefusalCode | 'expired' | null;
}

/** The site, and whether a person can be reached there as it was last heard in this visit. */
export type KnownSite = SiteInfo & { readonly reachability?: Reachability | null };
/** The way to the server in the customer's name, for what is no command. */
export interface Reach {
  readonly server: string;
  /** Makes a call with the customer's token, renewed if the server does not know it. May throw. */
  use<T extends object>(call: (token: string) => Promise<T | Refusal>): Promise<T | Refusal>;
}

/**
 * The chat without a screen: everything the interface shows, as signals, and everything a customer can do.
 * Actions never throw and never wait: they put a command into the outbox, which survives a reload, and the
 * signals tell what becomes of it.
 */
export interface Chat {
  /** Null until the server has told it; an earlier visit's is used meanwhile. */
  readonly site: ReadonlySignal<KnownSite | null>;
  readonly connection: ReadonlySignal<Connection>;
  readonly refusal: ReadonlySignal<RefusalCode | null>;
  readonly transcript: ReadonlySignal<Transcript>;
  /** Commands of this conversation that no fact has confirmed yet, oldest first. */
  readonly outbox: ReadonlySignal<readonly OutboxItem[]>;
  /** Where the customer stands while waiting; null while that is not known. */
  readonly place: ReadonlySignal<QueuePlace | null>;
  /** The person who is typing now. Clears itself when nothing has been heard for some seconds. */
  readonly agentTyping: ReadonlySignal<AgentRef | null>;
  /** Messages of the bot and of people, and a person's joining, that came while the panel was closed. */
  readonly unread: ReadonlySignal<number>;
  /** What stands in the composer. Survives a reload. */
  readonly draft: Signal<string>;

  /** Starts: site, session, live connection. Idempotent; also called by every action below. */
  start(): void;
  /** Says a message as it is; passes on what was said or judged in a chat of the page's own. */
  share<N extends 'message:send' | 'transcript:share' | 'feedback:share'>(
    name: N,
    body: OutboxItem<N>['body'],
  ): void;
  /** None until the chat has started. */
  reach(): Reach | undefined;
  /** The panel is shown (or not): what is in it counts as read. */
  setVisible(isVisible: boolean): void;
  send(text: string): void;
  /** Asks for a person. Nothing is sent when one has been asked for or is in already. */
  requestHuman(): void;
  cancelRequest(): void;
  /** The answer shall come by e-mail, too. */
  askFollowUp(email: string): void;
  retryAnswer(turn: number): void;
  giveFeedback(opinion: OutboxItem<'feedback:give'>['body']): void;
  /** The conversation as a whole, and how the customer came to a person. */
  rate<N extends 'conversation:rate' | 'handoff:rate'>(name: N, body: OutboxItem<N>['body']): void;
  resolve(outcome: Outcome): void;
  /** Tells the agent that the customer is writing; tells that they stopped by itself. */
  typing(): void;
  retrySend(cid: string): void;
  discard(cid: string): void;
  /** Leaves a resolved conversation and starts a new, empty one. */
  startOver(): void;
  /** Forgets this customer in this browser: token, outbox, draft. What the server holds stays there. */
  forget(): void;
  /** Ends connections and timers; the page is done with the chat. What is kept stays kept. */
  close(): void;
}
