import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { acceptedFiles } from '../../browser/files.ts';
import { uuidv7 } from '../../browser/ids.ts';
import { closeIcon } from '../icons.ts';
import { Icon } from '../ui/Icon.tsx';
import { useText, useUi } from '../ui/ui.ts';
import { adoptFilesCss } from './files-css.ts';
import { type Fault, send } from './transfer.ts';
import { faultWords, mayRetry, useFilesText } from './words.ts';

const clipIcon = 'M9.5 12.5l5-5a2.5 2.5 0 0 1 3.5 3.5l-7 7a4.3 4.3 0 0 1-6.1-6.1l7-7';

interface Upload {
  readonly key: string;
  readonly file: File;
  readonly share: number;
  readonly fault: Fault | null;
  readonly abort: AbortController;
}

/** Above the composer while a person is waited for or there. A file is a message of its own as soon as the server has it. */
export function AddFile() {
  const { chat } = useUi();
  const text = useText();
  const words = useFilesText();
  const uploads = useSignal<readonly Upload[]>([]);
  const bar = useRef<HTMLDivElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => adoptFilesCss(bar.current), []);

  const change = (key: string, fields: Partial<Upload>) => {
    uploads.value = uploads.peek().map((one) => (one.key === key ? { ...one, ...fields } : one));
  };
  const remove = ({ key, abort }: Upload) => {
    abort.abort();
    uploads.value = uploads.peek().filter((one) => one.key !== key);
  };
  const start = async (file: File) => {
    const { conversationId } = chat.transcript.peek();
    const upload = { key: uuidv7(), file, share: 0, fault: null, abort: new AbortController() };
    const { key, abort } = upload;
    uploads.value = [...uploads.peek(), upload];
    const kept = await send(chat, conversationId, file, (share) => change(key, { share }), abort.signal);
    if (abort.signal.aborted) return;
    if (typeof kept === 'string') return change(key, { fault: kept });
    remove(upload);
    // Another conversation has begun meanwhile: the file belongs to the one it was meant for.
    if (conversationId !== chat.transcript.peek().conversationId) return;
    chat.share('message:send', { text: kept.name, files: [kept.id] });
  };

  return (
    <div class="add-file" ref={bar}>
      {uploads.value.length > 0 && (
        <ul>
          {uploads.value.map((upload) => {
            const { key, file, share, fault } = upload;
            return (
              <li key={key}>
                <span class="name">{file.name}</span>
                {fault === null && <progress aria-label={words.sendingFile(file.name)} value={share} />}
                {fault !== null && (
                  <p class="fail" role="alert">
                    {faultWords(words, fault)}
                  </p>
                )}
                {fault !== null && mayRetry(fault) && (
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      remove(upload);
                      void start(file);
                    }}
                  >
                    {text.retry}
                  </button>
                )}
                <button
                  type="button"
                  class="round"
                  aria-label={fault === null ? words.stopFile(file.name) : words.removeFile(file.name)}
                  onClick={() => remove(upload)}
                >
                  <Icon shape={closeIcon} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={acceptedFiles}
        onChange={({ currentTarget }) => {
          for (const file of currentTarget.files ?? []) void start(file);
          // The same file again is a choice, too.
          currentTarget.value = '';
        }}
      />
      <button type="button" onClick={() => picker.current?.click()}>
        <Icon shape={clipIcon} />
        {words.addFile}
      </button>
    </div>
  );
}
