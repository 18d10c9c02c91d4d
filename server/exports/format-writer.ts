/** What has been written before: all that a writer may know of it. */
export interface Before {
  readonly written: number;
  readonly bytes: number;
  readonly groups: readonly unknown[];
}

/** Makes bytes of rows. It keeps nothing: a second one goes on where the first was left. */
export interface Writer {
  begin(): Uint8Array;
  rows(rows: readonly unknown[], before: Before): Promise<{ bytes: Uint8Array; groups: readonly unknown[] }>;
  end(before: Before): Promise<Uint8Array>;
}
