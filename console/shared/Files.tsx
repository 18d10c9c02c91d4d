import { useSignal } from '@preact/signals';
import { sizeWords, wordsBeside } from '../../browser/files.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import { Icon } from './Icon.tsx';

/** What a message says, and the files that it carries. */
export function Files(props: { conversationId: string; text: string; files: readonly AttachedFile[] }) {
  const { conversationId, text, files } = props;
  const words = wordsBeside(text, files);
  return (
    <>
      {words !== '' && <p class="text">{words}</p>}
      {files.length > 0 && (
        <ul class="files" aria-label="Files">
          {files.map((file) => (
            <li key={file.id}>
              <FileLink file={file} href={`/v1/desk/conversations/${conversationId}/files/${file.id}`} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Saves the file. A picture is shown small, in a box that has its size before the picture is there. */
function FileLink({ file, href }: { file: AttachedFile; href: string }) {
  const isBroken = useSignal(false);
  const { name, kind, bytes } = file;
  const isPicture = kind !== 'pdf' && !isBroken.value;
  return (
    <a class={isPicture ? 'file picture' : 'file'} href={href} download={name} title={`Save ${name}`}>
      {isPicture ? (
        <img src={href} alt="" loading="lazy" decoding="async" onError={() => (isBroken.value = true)} />
      ) : (
        <Icon name="document" />
      )}
      <span class="file-name">{name}</span>
      <span class="file-size">{sizeWords(bytes)}</span>
    </a>
  );
}
