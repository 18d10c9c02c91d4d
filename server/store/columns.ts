import type { ColumnType, JSONColumnType } from 'kysely';

/** jsonb that is written as text and read as an object. */
export type Json<T extends object> = JSONColumnType<T, string, string>;

/** The same where the table has a value of its own. */
export type JsonWithDefault<T extends object> = ColumnType<T, string | undefined, string>;
