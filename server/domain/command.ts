import type { AgentCommands, CustomerCommands } from '../../protocol/commands.ts';
import type { AnswerFailure } from '../../protocol/conversation.ts';
import type { CustomerTraits } from '../../protocol/customer.ts';
import type { FeedbackRules } from '../../protocol/feedback.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import type { WaitRange } from '../../protocol/handoff.ts';
import type { AgentRef, Source } from '../../protocol/message.ts';
import type { FoundGuidance } from './guidance.ts';
import type { SiteHours } from './hours.ts';
import type { SitePolicy } from './site-policy.ts';

type Named<B> = { [N in keyof B]: { readonly name: N } & Omit<B[N], 'conversationId'> }[keyof B];

/** What the server itself does in a conversation: the wrapped bot's answers and the queue's clock. */
export type SystemCommand =
  | AnswerEnd
  /** A bot that speaks without having been asked, or once more after its answer. */
  | {
      readonly name: 'bot:say';
      readonly text: string;
      readonly sources: readonly Source[];
      readonly replies: readonly string[];
    }
  /** A bot that wants a person, without an answer. */
  | { readonly name: 'bot:handoff'; readonly reason: string }
  /** What the bot has promised in a turn that still runs. */
  | { readonly name: 'bot:promised'; readonly turn: number; readonly quote: string }
  /** Where the waiting customer stands, as they are told it. */
  | {
      readonly name: 'queue:tell';
      readonly place: number;
      readonly isAnyoneOnline: boolean;
      readonly wait: WaitRange | null;
      readonly expectedMs?: number;
    }
  /** What people wrote up to this seq has been sent to the address that the customer left. */
  | { readonly name: 'followup:sent'; readonly through: number }
  | { readonly name: 'handoff:offer'; readonly agent: AgentRef; readonly expiresAt: number }
  | { readonly name: 'handoff:expire_offer' }
  /** The deadline of this promise has passed. */
  | { readonly name: 'promise:overdue'; readonly promise: number }
  /** The agent of this conversation is not there any more. */
  | { readonly name: 'agent:gone'; readonly agentId: string };

/** How a turn ended, said by the server for a bot behind an adapter, by the browser for a bot in the page. */
export interface AnswerEnd {
  readonly name: 'answer:end';
  readonly turn: number;
  readonly outcome: 'answered' | 'unknown' | 'failed';
  readonly text: string;
  readonly sources: readonly Source[];
  readonly failure: AnswerFailure | null;
  /** The bot's wish to bring in a person, with its reason. */
  readonly handoff: string | null;
  readonly replies?: readonly string[];
}

export type CustomerCommand = Named<CustomerCommands>;
export type CustomerCommandOf<N extends CustomerCommand['name']> = Extract<CustomerCommand, { name: N }>;
export type AgentCommand = Named<AgentCommands>;

/** Who commands what. The type ties the two together: no customer's command can arrive in an agent's name. */
export type Command =
  | { readonly from: 'customer'; readonly command: CustomerCommand }
  | { readonly from: 'agent'; readonly agent: AgentRef; readonly command: AgentCommand }
  | { readonly from: 'server'; readonly command: SystemCommand };

/** What a decision needs to know of the world beside the conversation. Keeps `decide` pure. */
export interface World {
  /** Epoch ms. */
  readonly now: number;
  /** What the pending turn has said so far: kept when the turn is stopped or interrupted. */
  readonly partialText: string;
  /** Whether `lastAgent` could take the conversation back at once. */
  readonly isLastAgentOnline: boolean;
  /** Whether this site's bot is a function in the page: only then may the customer's browser answer for it. */
  readonly isBotInPage: boolean;
  readonly policy: SitePolicy;
  /**
   * By when somebody who asks for a person while the site is closed is answered: so long after it opens, ms. Left out:
   * nothing is promised.
   */
  readonly answers?: { readonly hours: SiteHours; readonly withinMs: number };
  /** What the site has settled about feedback. Left out: the default. */
  readonly feedback?: FeedbackRules;
  /** What is kept of the files that the message names: its sender's own, and sent with no message yet. */
  readonly files?: readonly AttachedFile[];
  /** What people have approved for the question that is asked; absent where there is nothing. */
  readonly guidance?: FoundGuidance;
  /** What the site's backend vouches for about the customer; absent where it vouches for nobody. */
  readonly traits?: CustomerTraits;
}
