import { type Kysely, sql } from 'kysely';

/** Files that messages carry, their bytes in pieces. Whoever erases a conversation erases its files with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table files (
    id uuid primary key,
    conversation_id uuid not null references conversations on delete cascade,
    site_id uuid not null references sites on delete cascade,
    sender_id text not null,
    name text not null,
    kind text not null,
    bytes integer not null,
    sha256 bytea not null,
    at bigint not null,
    attached_seq integer)`,
  `create index files_of_conversation on files (conversation_id)`,
  `create index files_of_site on files (site_id) include (bytes)`,
  `create index files_unattached on files (at) where attached_seq is null`,
  `create table file_pieces (
    file_id uuid not null references files on delete cascade,
    number integer not null,
    bytes bytea not null,
    primary key (file_id, number))`,
  // They are packed already: to pack them again would cost time and save nothing.
  `alter table file_pieces alter column bytes set storage external`,
];
