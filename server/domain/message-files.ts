import type { AttachedFile } from '../../protocol/files.ts';
import type { World } from './command.ts';

/** The files of a message, in the order in which it names them; null if one of them may not be sent with it. */
export function filesOf({ files: ids }: { files?: readonly string[] }, { files = [] }: World) {
  if (ids === undefined) return {};
  const found = ids.flatMap((id) => files.find((file) => file.id === id) ?? []);
  return found.length === ids.length ? { files: found } : null;
}

/** Without words of its own a message of files has their names as its text. */
export const isFilesAlone = (text: string, files: readonly AttachedFile[] = []) =>
  files.length > 0 && text === files.map(({ name }) => name).join(', ');
