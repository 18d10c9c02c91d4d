import type { Problem, Refusal, RefusalCode } from '../../protocol/errors.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import type { Chat } from '../core/model.ts';

/** Why a file did not get to the server or from it. */
export type Fault = RefusalCode | 'lost';

const refused = (code: RefusalCode): Refusal => ({ ok: false, code, message: '', retryable: false });

/** The file as the server has it, or why it does not. Not by `fetch`, which cannot tell how far it has come. */
export async function send(
  chat: Chat,
  conversationId: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<AttachedFile | Fault> {
  const reach = chat.reach();
  if (reach === undefined) return 'lost';
  const name = encodeURIComponent(file.name.slice(0, 300) || 'file');
  const answer = await reach
    .use<AttachedFile>(
      (token) =>
        new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          request.open('POST', `${reach.server}/v1/conversations/${conversationId}/files?name=${name}`);
          request.setRequestHeader('authorization', `Bearer ${token}`);
          request.setRequestHeader('content-type', 'application/octet-stream');
          request.responseType = 'json';
          request.upload.onprogress = ({ loaded, total }) => onProgress(total && loaded / total);
          request.onload = () => {
            const body: AttachedFile | Partial<Problem> | null = request.response;
            if (request.status === 201 && body && 'id' in body) resolve(body);
            // A proxy in between may answer in words of its own.
            else resolve(refused((body && 'code' in body && body.code) || 'internal'));
          };
          request.onerror = request.onabort = reject;
          signal.addEventListener('abort', () => request.abort());
          request.send(file);
        }),
    )
    .catch(() => null);
  if (answer === null) return 'lost';
  return 'id' in answer ? answer : answer.code;
}

/** The bytes of a file; null if they could not be had. */
export async function load(chat: Chat, id: string): Promise<Blob | null> {
  const reach = chat.reach();
  const { conversationId } = chat.transcript.peek();
  const blob = await reach
    ?.use(async (token) => {
      const response = await fetch(`${reach.server}/v1/conversations/${conversationId}/files/${id}`, {
        headers: { authorization: `Bearer ${token}` },
        credentials: 'omit',
      });
      if (response.ok) return response.blob();
      return refused(response.status === 401 ? 'unauthenticated' : 'not_found');
    })
    .catch(() => null);
  return blob instanceof Blob ? blob : null;
}

/** Hands the file to the browser, which saves it. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not at once: some browsers begin to read it only then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
