import { type Static, Type } from 'typebox';
import { exact, uuidPattern } from './ids.ts';

/** A file is named by the server, once it is kept. */
export const FileId = Type.String({ pattern: uuidPattern });
export type FileId = Static<typeof FileId>;

/** Known by its first bytes alone; nothing else is kept. */
export const FileKind = Type.Union([
  Type.Literal('png'),
  Type.Literal('jpg'),
  Type.Literal('webp'),
  Type.Literal('pdf'),
]);
export type FileKind = Static<typeof FileKind>;

/** A file as a message carries it: its bytes are asked for by its id. */
export const AttachedFile = exact({
  id: FileId,
  name: Type.String({ minLength: 1, maxLength: 120 }),
  kind: FileKind,
  bytes: Type.Integer({ minimum: 1 }),
});
export type AttachedFile = Static<typeof AttachedFile>;

export const maxFilesOfMessage = 5;
export const AttachedFiles = Type.Array(AttachedFile, { minItems: 1, maxItems: maxFilesOfMessage });
/** The files that a message is to carry. Each belongs to its conversation and sender, and to no message yet. */
export const FileIds = Type.Array(FileId, { minItems: 1, maxItems: maxFilesOfMessage, uniqueItems: true });

/** The name goes in the address, percent-encoded, as the body is the file itself. It is cleaned before it is kept. */
export const NewFileQuery = exact({ name: Type.String({ minLength: 1, maxLength: 1_000 }) });
