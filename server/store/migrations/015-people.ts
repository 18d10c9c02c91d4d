import { type Kysely, sql } from 'kysely';

/** Invitations, and the second factor of people who sign in with a password. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table invitations (
    id uuid primary key,
    email text not null,
    name text not null,
    role text not null check (role in ('agent', 'lead', 'product', 'admin')),
    site_ids uuid[] not null,
    secret_hash bytea not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    invited_by text,
    inviter_name text)`,
  `create index invitations_of_email on invitations (email)`,
  // better-auth's, under our prefix; columns as it names them. Secret and codes are encrypted by it.
  `alter table auth_user add column "twoFactorEnabled" boolean not null default false`,
  `create table auth_two_factor (
    id text primary key,
    secret text not null,
    "backupCodes" text not null,
    "userId" text not null unique references auth_user on delete cascade,
    verified boolean not null default true,
    "failedVerificationCount" integer not null default 0,
    "lockedUntil" timestamptz)`,
  `create index auth_account_of_user on auth_account ("userId")`,
  // Two sign-ins at once must not bind one account of the company's to two people.
  `create unique index auth_account_of_provider on auth_account ("providerId", "accountId")`,
];
