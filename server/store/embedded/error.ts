export type EmbeddedPostgresErrorCode =
  /** no PostgreSQL binaries for this operating system and processor, or they cannot run on it */
  | 'platform_unsupported'
  /** the data directory cannot be entered or written by us or by PostgreSQL's own user */
  | 'data_dir_unreachable'
  /** the binaries in node_modules cannot be read by PostgreSQL's own user */
  | 'install_unreachable'
  /** we are root and there is no other user to run PostgreSQL as, and none could be made */
  | 'user_missing'
  /** the data directory holds a cluster of another major version, or something that is no cluster */
  | 'data_dir_foreign'
  /** another server works on this data directory */
  | 'data_dir_in_use'
  /** initdb failed */
  | 'init_failed'
  /** PostgreSQL did not start, or lets us not in */
  | 'start_failed';

/** Says in its message, in plain words, what happened and what to set or do. Shown to the person as it is. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}

/** The `code` of a system or PostgreSQL error (`ENOENT`, `57P03`), '' when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
