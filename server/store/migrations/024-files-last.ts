import { type Kysely, sql } from 'kysely';

/** A file's pieces may be written before its own row, whose reference holds its conversation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table file_pieces alter constraint file_pieces_file_id_fkey deferrable initially deferred`.execute(
    db,
  );
}
