import type { ColumnType, Generated } from 'kysely';
import type { ConversationStatus } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { FeedbackRules } from '../../protocol/feedback.ts';
import type { HandoffReason, Priority } from '../../protocol/handoff.ts';
import type { CustomerContext, TranscriptLine } from '../../protocol/message.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { GuidanceRules } from '../domain/guidance.ts';
import type { SiteHours } from '../domain/hours.ts';
import type { NotifyPlan } from '../domain/notify-plan.ts';
import type { PromiseRules } from '../domain/promises.ts';
import type { RoutingRules } from '../domain/routing.ts';
import type { PolicyChoices } from '../domain/site-policy.ts';
import type { Json, JsonWithDefault } from './columns.ts';
import type { CustomerSessionsTable, CustomersTable, ErasuresTable } from './schema-customers.ts';
import type { ExportTables } from './schema-exports.ts';
import type { FileTables } from './schema-files.ts';
import type { GuidanceTables } from './schema-guidance.ts';
import type { InsightTables } from './schema-insights.ts';
import type { PeopleTables } from './schema-people.ts';
import type {
  AnswerFeedbackTable,
  AnswerSignalsTable,
  BetterAnswersTable,
  BotFailuresTable,
  ConversationRatingsTable,
  HandoffRatingsTable,
  PromisesTable,
  ReceiptsTable,
  SearchHeadsTable,
  SearchLinesTable,
} from './schema-read.ts';
import type { ReplayTables } from './schema-replay.ts';
import type { WeakTables } from './schema-weak.ts';
import type { WebhookCursorsTable, WebhookDeliveriesTable, WebhooksTable } from './schema-webhooks.ts';

/** Tables as kysely sees them. Times are epoch ms (bigint, parsed to numbers), as everywhere in Handrail. */
export interface Tables
  extends ExportTables,
    FileTables,
    GuidanceTables,
    InsightTables,
    PeopleTables,
    WeakTables,
    ReplayTables {
  settings: SettingsTable;
  sites: SitesTable;
  customers: CustomersTable;
  customer_sessions: CustomerSessionsTable;
  erasures: ErasuresTable;
  conversations: ConversationsTable;
  facts: FactsTable;
  commands: CommandsTable;
  running_turns: RunningTurnsTable;
  answer_feedback: AnswerFeedbackTable;
  conversation_ratings: ConversationRatingsTable;
  handoff_ratings: HandoffRatingsTable;
  answer_signals: AnswerSignalsTable;
  receipts: ReceiptsTable;
  better_answers: BetterAnswersTable;
  bot_failures: BotFailuresTable;
  bot_sessions: BotSessionsTable;
  conversation_numbers: ConversationNumbersTable;
  handoff_notices: HandoffNoticesTable;
  promises: PromisesTable;
  webhooks: WebhooksTable;
  webhook_cursors: WebhookCursorsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  search_lines: SearchLinesTable;
  search_heads: SearchHeadsTable;
}

/** What the installation made up for itself and must agree on between nodes, such as the signing secret. */
export interface SettingsTable {
  key: string;
  value: string;
}

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

/** The model that confirms what is doubtful (docs/replay.md). The key never leaves the server but to the model. */
export interface SiteJudge {
  /** Up to `/v1`. */
  readonly url: string;
  /** Empty: none is sent. */
  readonly key: string;
  readonly model: string;
  /** How far below the threshold a score may be for a guidance to be doubtful. */
  readonly band: number;
}

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
  guidance: JsonWithDefault<Partial<GuidanceRules>>;
  /** Counts what changed of its live guidance: servers see by it that they must read it again. */
  guidance_revision: Generated<number>;
  feedback: JsonWithDefault<Partial<FeedbackRules>>;
  judge: ColumnType<SiteJudge | null, string | null | undefined, string | null>;
  suggestions: string[];
  /** Signs customers' identities (docs/identity.md); null: nobody is vouched for. */
  identity_secret: ColumnType<string | null, string | null | undefined, string | null>;
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
