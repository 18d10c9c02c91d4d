import type { Problem } from '../protocol/errors.ts';
import type { AttachedFile } from '../protocol/files.ts';
import { ApiError } from './api.ts';

/**
 * Sends a file to the server. Not by `fetch`, which cannot tell how far it has come.
 * @param onProgress told the share that has been sent, 0 to 1
 * @throws ApiError; the signal's reason when it is aborted
 */
export function uploadFile(
  conversationId: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<AttachedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const name = encodeURIComponent(file.name.slice(0, 300) || 'file');
    request.open('POST', `/v1/desk/conversations/${conversationId}/files?name=${name}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total === 0 ? 0 : loaded / total),
    );
    request.addEventListener('load', () => {
      const answer: AttachedFile | Partial<Problem> | null = request.response;
      if (request.status === 201 && answer !== null && 'id' in answer) return resolve(answer);
      // A proxy in between may answer in words of its own.
      const code = answer !== null && 'code' in answer ? answer.code : undefined;
      reject(new ApiError(code ?? (request.status === 413 ? 'too_large' : 'internal')));
    });
    request.addEventListener('error', () => reject(new ApiError('unreachable')));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
