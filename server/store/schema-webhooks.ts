import type { Generated } from 'kysely';
import type { FactType } from '../../protocol/conversation.ts';
import type { DeliveryError, DeliveryResult, PausedBecause } from '../../protocol/webhooks.ts';

/* Tables of webhooks, as kysely sees them. */

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
