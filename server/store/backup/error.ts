export type BackupErrorCode =
  /** the file cannot be read or written */
  | 'file_unusable'
  /** it is no backup of ours */
  | 'file_foreign'
  /** cut off, changed, or not what its own checksum says */
  | 'file_damaged'
  /** made by a newer Handrail than this one */
  | 'backup_newer'
  /** the database cannot be reached, or is too old */
  | 'database_unusable'
  /** there is nothing of ours in the database that is to be copied */
  | 'source_empty'
  /** the database that is to be filled is not empty, or its schema is newer than the backup's */
  | 'target_filled'
  /** tables that refer to each other in a circle: no order of loading them holds */
  | 'tables_circular'
  /** what arrived is not what was sent */
  | 'copy_incomplete';

/** Says in its message, in plain words, what happened and what to do. Shown to the person as it is. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
    this.code = code;
  }
}
