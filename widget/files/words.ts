import { filesText } from '../text/en/files.ts';
import { useUi } from '../ui/ui.ts';
import type { Fault } from './transfer.ts';

export type FilesText = typeof filesText;

/** The lines about files, with the site's own in place of ours. */
export function useFilesText(): FilesText {
  const own: object = useUi().text;
  return { ...filesText, ...own };
}

export function faultWords(text: FilesText, fault: Fault): string {
  switch (fault) {
    case 'file_type_not_allowed':
      return text.fileKinds;
    case 'too_large':
      return text.fileTooLarge;
    case 'file_limit':
      return text.filesTooMany;
    case 'file_space_full':
      return text.filesNoRoom;
    case 'files_need_person':
      return text.filesNeedPerson;
    default:
      return text.fileLost;
  }
}

/** The very same file may get there later. */
export const mayRetry = (fault: Fault) =>
  fault === 'lost' || fault === 'rate_limited' || fault === 'internal' || fault === 'unavailable';
