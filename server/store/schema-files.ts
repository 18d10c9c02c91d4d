import type { FileKind } from '../../protocol/files.ts';

export interface FileTables {
  files: FilesTable;
  file_pieces: FilePiecesTable;
}

/** A file of a conversation; its sender is a customer or an agent, by id. */
export interface FilesTable {
  id: string;
  conversation_id: string;
  site_id: string;
  sender_id: string;
  name: string;
  kind: FileKind;
  bytes: number;
  sha256: Buffer;
  at: number;
  /** The message that carries it; null until one does. */
  attached_seq: number | null;
}

/** The bytes of a file: its pieces one after the other. */
export interface FilePiecesTable {
  file_id: string;
  number: number;
  bytes: Buffer;
}
