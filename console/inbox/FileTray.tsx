import { sizeWords } from '../../browser/files.ts';
import { Icon } from '../shared/Icon.tsx';
import { useWorkplace } from '../workplace.ts';
import { mayRetry, type Upload, uploadWords } from './uploads.ts';

/** The files that the reply will carry, and those on their way to the server. */
export function FileTray({ id }: { id: string }) {
  const { drafts, uploads } = useWorkplace();
  const { files } = drafts.of(id).value;
  const onTheWay = uploads.of(id).value;
  if (files.length === 0 && onTheWay.length === 0) return null;
  return (
    <ul class="file-tray" aria-label="Files of this reply">
      {files.map((file) => (
        <li key={file.id} class="file">
          <Icon name="document" />
          <span class="file-name">{file.name}</span>
          <span class="file-size">{sizeWords(file.bytes)}</span>
          <RemoveButton
            name={file.name}
            onClick={() => drafts.change(id, { files: files.filter((one) => one.id !== file.id) })}
          />
        </li>
      ))}
      {onTheWay.map((upload) => (
        <UploadRow key={upload.key} id={id} upload={upload} />
      ))}
    </ul>
  );
}

function UploadRow({ id, upload }: { id: string; upload: Upload }) {
  const { uploads } = useWorkplace();
  const { key, file, share, code } = upload;
  return (
    <li class={code === null ? 'file' : 'file failed'}>
      <Icon name="document" />
      <span class="file-name">{file.name}</span>
      {code === null ? (
        <progress aria-label={`Sending ${file.name}`} max={1} value={share} />
      ) : (
        <span class="fail" role="alert">
          {uploadWords(code)}
        </span>
      )}
      {code !== null && mayRetry(code) && (
        <button type="button" class="text-button" onClick={() => uploads.retry(id, key)}>
          Retry
        </button>
      )}
      <RemoveButton name={file.name} onClick={() => uploads.remove(id, key)} />
    </li>
  );
}

function RemoveButton({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={`Remove ${name}`} title="Remove" onClick={onClick}>
      <Icon name="close" />
    </button>
  );
}
