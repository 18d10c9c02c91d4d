import type { ColumnType, Generated } from 'kysely';
import type { Availability, Role } from '../../protocol/agent.ts';
import type { AuditAction, AuditDetail } from '../../protocol/audit-log.ts';
import type { Json } from './columns.ts';

/** The tables of the people of the company, as kysely sees them. */
export interface PeopleTables {
  agents: AgentsTable;
  agent_sites: AgentSitesTable;
  invitations: InvitationsTable;
  auth_user: AuthUserTable;
  auth_account: AuthAccountTable;
  auth_session: AuthSessionTable;
  auth_two_factor: AuthTwoFactorTable;
  used_codes: UsedCodesTable;
  push_subscriptions: PushSubscriptionsTable;
  mentions: MentionsTable;
  canned_responses: CannedResponsesTable;
  audit_log: AuditLogTable;
}

export interface AgentsTable {
  id: string;
  role: Role;
  availability: ColumnType<Availability, Availability | undefined, Availability>;
  /** Last sign of life of an open console; null when the last one closed. */
  seen_at: number | null;
  /** Until when they are reached on a phone that was put away (server/domain/presence.ts). */
  phone_until: Generated<number | null>;
  /** Customers at once that are offered to this agent, at most. */
  capacity: Generated<number>;
  teams: Generated<string[]>;
  languages: Generated<string[]>;
  /** When a customer was offered to this agent last, epoch ms; 0: never. */
  offered_at: Generated<number>;
  /** Offers in a row that they let pass without a word. */
  missed_offers: Generated<number>;
  /** When one was counted last, epoch ms: what was offered before then belongs to the same absence. */
  missed_at: Generated<number>;
}

export interface AgentSitesTable {
  agent_id: string;
  site_id: string;
}

/** Who may become one of the people of these sites, by a link that is known here by the hash of its secret alone. */
export interface InvitationsTable {
  id: string;
  email: string;
  name: string;
  role: Role;
  site_ids: string[];
  secret_hash: Buffer;
  created_at: number;
  expires_at: number;
  /** Null: the operator. No reference: who invited stays named when they are gone. */
  invited_by: string | null;
  inviter_name: string | null;
}

/** better-auth's tables, as far as we read or write them ourselves. */
export interface AuthUserTable {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  twoFactorEnabled: Generated<boolean>;
  createdAt: Date;
  updatedAt: Date;
}

export interface AuthAccountTable {
  id: string;
  userId: string;
  providerId: string;
  accountId: string;
  password: string | null;
}

export interface AuthSessionTable {
  id: string;
  userId: string;
}

export interface AuthTwoFactorTable {
  id: string;
  userId: string;
}

/** A code of an app that has been used, until it would open nothing any more. */
export interface UsedCodesTable {
  agent_id: string;
  code: string;
  used_at: number;
}

/** A device that is told by Web Push. `id` is the SHA-256 of the endpoint, hex. */
export interface PushSubscriptionsTable {
  id: string;
  agent_id: string;
  endpoint: string;
  keys: Json<{ p256dh: string; auth: string }>;
  created_at: number;
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
