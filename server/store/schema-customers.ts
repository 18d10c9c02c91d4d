import type { ColumnType } from 'kysely';
import type { CustomerTraits } from '../../protocol/customer.ts';

/** null where it is not given. */
type Known<T> = ColumnType<T | null, T | null | undefined, T | null>;

export interface CustomersTable {
  id: string;
  site_id: string;
  /** SHA-256 of the 256-bit secret: a stolen backup opens no conversation. */
  secret_hash: Buffer;
  /** The site's own id of them; null for one nobody has vouched for. */
  external_id: Known<string>;
  name: Known<string>;
  email: Known<string>;
  traits: ColumnType<CustomerTraits, string | undefined, string>;
  verified_at: Known<number>;
  created_at: number;
}

/** Customers who were erased: ids alone. */
export interface ErasuresTable {
  customer_id: string;
  site_id: string;
  conversation_ids: string[];
  at: number;
}

/** A session beside the customer's first one. */
export interface CustomerSessionsTable {
  id: string;
  customer_id: string;
  secret_hash: Buffer;
  /** Reaches this conversation and nothing else; null: all that is the customer's. */
  only_conversation: string | null;
  created_at: number;
  expires_at: number | null;
}
