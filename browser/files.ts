import type { AttachedFile } from '../protocol/files.ts';

/** What can be sent, as a file picker wants it. What a file really is the server finds out. */
export const acceptedFiles = '.png,.jpg,.jpeg,.webp,.pdf';

export const mostFiles = 5;

/** The text of a message that is files and no words: never empty, for whoever reads text alone. */
export const textOfFiles = (files: readonly AttachedFile[]): string =>
  files.map(({ name }) => name).join(', ');

/** What is to be shown of a message's text: nothing where its files say the same beside it. */
export const wordsBeside = (text: string, files: readonly AttachedFile[]): string =>
  files.length > 0 && text === textOfFiles(files) ? '' : text;

/** "12 kB", "3.4 MB" */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
