import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Availability, ConversationStatus, Role } from '../../protocol/agent.ts';
import type { AuditAction, AuditDetail } from '../../protocol/audit-log.ts';
import type { Fact, FactType } from '../../protocol/conversation.ts';
import type { FeedbackReason } from '../../protocol/feedback.ts';
import type { FailureCause, HandoffReason, Priority } from '../../protocol/handoff.ts';
import type { CustomerContext, Source, TranscriptLine } from '../../protocol/message.ts';
import type { PromiseKind, PromiseState } from '../../protocol/promise.ts';
import type { DeliveryError, DeliveryResult, PausedBecause } from '../../protocol/webhooks.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { SiteHours } from '../domain/hours.ts';
import type { NotifyPlan } from '../domain/notify-plan.ts';
import type { PromiseRules } from '../domain/promises.ts';
import type { RoutingRules } from '../domain/routing.ts';
import type { PolicyChoices } from '../domain/site-policy.ts';

/** Tables as kysely sees them. Times are epoch ms (bigint, parsed to numbers), as everywhere in Handrail. */
export interface Tables {
  settings: SettingsTable;
  sites: SitesTable;
  customers: CustomersTable;
  conversations: ConversationsTable;
  facts: FactsTable;
  commands: CommandsTable;
  running_turns: RunningTurnsTable;
  answer_feedback: AnswerFeedbackTable;
  conversation_ratings: ConversationRatingsTable;
  better_answers: BetterAnswersTable;
  bot_failures: BotFailuresTable;
  mentions: MentionsTable;
  canned_responses: CannedResponsesTable;
  agents: AgentsTable;
  agent_sites: AgentSitesTable;
  audit_log: AuditLogTable;
  bot_sessions: BotSessionsTable;
  conversation_numbers: ConversationNumbersTable;
  handoff_notices: HandoffNoticesTable;
  promises: PromisesTable;
  push_subscriptions: PushSubscriptionsTable;
  webhooks: WebhooksTable;
  webhook_cursors: WebhookCursorsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  auth_user: AuthUserTable;
  auth_account: AuthAccountTable;
}

/** What the installation made up for itself and must agree on between nodes, such as the signing secret. */
export interface SettingsTable {
  key: string;
  value: string;
}

/** jsonb that is written as text and read as an object. */
type Json<T extends object> = JSONColumnType<T, string, string>;

/** The same where the table has a value of its own. */
type JsonWithDefault<T extends object> = ColumnType<T, string | undefined, string>;

/** How a site's bot is reached (docs/bots.md). Secrets, keys and tokens never leave the server but to the bot. */
export type SiteBot =
  /** Ours: JSON or server-sent events; `secret` signs what we ask. */
  | { kind: 'http'; url: string; secret: string }
  /** `url` up to and without `/chat/completions`; `instructions` is the system prompt. */
  | { kind: 'openai'; url: string; key: string; model: string; instructions: string }
  /** `url` of the REST channel's webhook; `token` as in Rasa's `?token=`, null for none. */
  | { kind: 'rasa'; url: string; token: string | null }
  /** `url` up to and without `/conversations` (Direct Line 3.0); `secret` is the bearer token. */
  | { kind: 'botframework'; url: string; secret: string }
  /** `url` is the AgentBot's outgoing webhook; `token` is what it calls us with as `api_access_token`. */
  | { kind: 'chatwoot'; url: string; token: string; secret: string }
  /** `url` that takes detectIntent-shaped requests; `token` is sent as a bearer token, null for none. */
  | { kind: 'dialogflow'; url: string; token: string | null }
  /** An async generator in the customer's page. */
  | { kind: 'page' };

/** Limits of a site's bot; what is left out is the installation's. */
export interface BotLimits {
  readonly firstByteMs?: number;
  readonly totalMs?: number;
  /** Largest reply, bytes. */
  readonly maxBytes?: number;
}

export interface SitesTable {
  id: string;
  key: string;
  title: string;
  answered_by: string;
  allowed_origins: string[];
  bot: Json<SiteBot>;
  limits: JsonWithDefault<BotLimits>;
  policy: JsonWithDefault<PolicyChoices>;
  notify: JsonWithDefault<Partial<NotifyPlan>>;
  routing: JsonWithDefault<Partial<RoutingRules>>;
  hours: JsonWithDefault<Partial<SiteHours>>;
  promises: JsonWithDefault<Partial<PromiseRules>>;
  suggestions: string[];
  created_at: number;
}

export interface CustomersTable {
  id: string;
  site_id: string;
  /** SHA-256 of the 256-bit secret: a stolen backup opens no conversation. */
  secret_hash: Buffer;
  created_at: number;
}

export interface ConversationsTable {
  id: string;
  site_id: string;
  customer_id: string;
  /** The state after the last fact: what `decide` decides on. */
  state: Json<Conversation>;
  seq: number;
  status: ConversationStatus;
  created_at: number;
  topic: string;
  last_text: string;
  last_author: TranscriptLine['author'];
  last_at: number;
  waiting_since: number | null;
  reason: HandoffReason | null;
  priority: Priority;
  agent_id: string | null;
  agent_name: string | null;
  downvotes: number;
  context: Json<CustomerContext>;
  resolved_at: number | null;
}

export interface FactsTable {
  conversation_id: string;
  seq: number;
  type: Fact['type'];
  at: number;
  body: Json<Fact>;
}

/** What every command was answered with, so that a repeated cid is answered the same (D1). */
export interface CommandsTable {
  conversation_id: string;
  sender_id: string;
  cid: string;
  body_hash: Buffer;
  seq: number;
  at: number;
}

/** Bot turns under way, with the text so far. A lease that runs out means that their process has died (D7). */
export interface RunningTurnsTable {
  conversation_id: string;
  turn: number;
  text: string;
  lease_until: number;
}

/** What an adapter must remember of a conversation between its turns, such as the bot's own id for it. */
export interface BotSessionsTable {
  conversation_id: string;
  data: Json<Record<string, unknown>>;
}

/** Numbers of conversations, for bots that know them by number only. */
export interface ConversationNumbersTable {
  number: Generated<number>;
  conversation_id: string;
}

/** How far agents have been told of a wait: the step that comes next, and when (null: none comes). */
export interface HandoffNoticesTable {
  conversation_id: string;
  since: number;
  step: number;
  due_at: number | null;
}

/** Every promise to a customer, as the facts of its conversation say it; and whom the server has told of it. */
export interface PromisesTable {
  conversation_id: string;
  promise: number;
  site_id: string;
  kind: PromiseKind;
  text: string;
  owner_id: string | null;
  owner_name: string | null;
  made_at: number;
  due_at: number;
  state: ColumnType<PromiseState, PromiseState | undefined, PromiseState>;
  ended_at: number | null;
  why: string | null;
  /** When its owner was reminded; null: not yet. */
  reminded_at: number | null;
  /** When agents were told that it was missed. */
  escalated_at: number | null;
}

/** A device that is told by Web Push. `id` is the SHA-256 of the endpoint, hex. */
export interface PushSubscriptionsTable {
  id: string;
  agent_id: string;
  endpoint: string;
  keys: Json<{ p256dh: string; auth: string }>;
  created_at: number;
}

export interface AnswerFeedbackTable {
  id: Generated<string>;
  conversation_id: string;
  turn: number;
  verdict: 'up' | 'down';
  reasons: FeedbackReason[];
  comment: string;
  question: string;
  answer: string;
  sources: Json<Source[]>;
  at: number;
}

export interface ConversationRatingsTable {
  id: Generated<string>;
  conversation_id: string;
  rating: number;
  comment: string;
  at: number;
}

/** What the bot should have said in a turn, in an agent's words; the latest. */
export interface BetterAnswersTable {
  conversation_id: string;
  turn: number;
  question: string;
  answer: string;
  text: string;
  agent_id: string;
  at: number;
}

/** Why the bot failed, as said by an agent with the fact of this seq. */
export interface BotFailuresTable {
  conversation_id: string;
  seq: number;
  cause: FailureCause;
  agent_id: string;
  at: number;
}

/** The last note that names this agent, until they open its conversation. */
export interface MentionsTable {
  conversation_id: string;
  agent_id: string;
  by_name: string;
  text: string;
  at: number;
}

export interface CannedResponsesTable {
  id: Generated<string>;
  site_id: string;
  shortcut: string;
  title: string;
  text: string;
  team: string | null;
  updated_at: number;
  /** Name of the agent. */
  updated_by: string;
}

export interface AgentsTable {
  id: string;
  role: Role;
  availability: ColumnType<Availability, Availability | undefined, Availability>;
  /** Last sign of life of an open console; null when the last one closed. */
  seen_at: number | null;
  /** Customers at once that are offered to this agent, at most. */
  capacity: Generated<number>;
  teams: Generated<string[]>;
  languages: Generated<string[]>;
  /** When a customer was offered to this agent last, epoch ms; 0: never. */
  offered_at: Generated<number>;
  /** Offers in a row that they let pass without a word. */
  missed_offers: Generated<number>;
}

export interface AgentSitesTable {
  agent_id: string;
  site_id: string;
}

/** Where a site's facts are sent. Secrets sign what is sent; the old one does, too, for a while after a rotation. */
export interface WebhooksTable {
  id: string;
  site_id: string;
  url: string;
  secret: string;
  old_secret: string | null;
  old_secret_until: number | null;
  /** null: all that the customer may see. */
  types: FactType[] | null;
  /** null while it is on. */
  paused: PausedBecause | null;
  paused_at: number | null;
  created_at: number;
  /** Tries in a row that failed, over all conversations, and since when. */
  failures: Generated<number>;
  failing_since: number | null;
  delivered_at: number | null;
  /** Facts up to this time are known to be sent, or their conversations to be due. */
  swept_at: number;
}

/** How far a conversation has been sent to a webhook. */
export interface WebhookCursorsTable {
  webhook_id: string;
  conversation_id: string;
  delivered_seq: number;
  /** Tries of the next fact that have failed. */
  attempt: Generated<number>;
  /** When something is to be sent; null: nothing is known of. */
  due_at: number | null;
  /** Who sends right now, and until when that counts. */
  lease: string | null;
  lease_until: Generated<number>;
}

export interface WebhookDeliveriesTable {
  id: Generated<number>;
  webhook_id: string;
  conversation_id: string;
  from_seq: number;
  through_seq: number;
  at: number;
  attempt: number;
  result: DeliveryResult;
  status: number | null;
  error: DeliveryError | null;
  ms: number;
}

/** Rows are added and read; a trigger refuses everything else. */
export interface AuditLogTable {
  id: Generated<number>;
  at: number;
  /** Null: the operator, by a command beside the server. */
  agent_id: string | null;
  agent_name: string | null;
  action: AuditAction;
  /** The sites that this concerns: who may read one of them may read the row. */
  site_ids: string[];
  object_kind: string | null;
  object_id: string | null;
  detail: Json<AuditDetail>;
  ip: string | null;
}

/** better-auth's tables, as far as we read or write them ourselves. */
export interface AuthUserTable {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export interface AuthAccountTable {
  id: string;
  userId: string;
  providerId: string;
  password: string | null;
}
