import { signal } from '@preact/signals';
import type * as files from '../files/files.ts';

/** What sends and shows files: one chunk for all chats of the page, loaded once there are files or somebody to send them to. */
const parts = signal<typeof files | null>(null);
let isLoading = false;

/** @returns null until it is there; asked for again after a failure, with the next look */
export function useFileParts(isWanted: boolean): typeof files | null {
  if (isWanted && !isLoading) {
    isLoading = true;
    import('../files/files.ts').then(
      (loaded) => {
        parts.value = loaded;
      },
      () => {
        isLoading = false;
      },
    );
  }
  return parts.value;
}
