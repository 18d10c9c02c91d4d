import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { sizeWords } from '../../browser/files.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import { Icon } from '../ui/Icon.tsx';
import { useUi } from '../ui/ui.ts';
import { adoptFilesCss } from './files-css.ts';
import { load, save } from './transfer.ts';
import { useFilesText } from './words.ts';

const documentIcon = 'M7 3.5h7L18.5 8v12.5H7zM14 3.5V8h4.5M10 12.5h5M10 16h5';

/** The files of a message. Each is saved by a press. */
export function Attached({ files }: { files: readonly AttachedFile[] }) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => adoptFilesCss(list.current), []);
  return (
    <ul class="files" ref={list}>
      {files.map((file) => (
        <li key={file.id}>
          <One file={file} />
        </li>
      ))}
    </ul>
  );
}

function One({ file }: { file: AttachedFile }) {
  const { id, name, kind, bytes } = file;
  const { chat } = useUi();
  const text = useFilesText();
  const isLost = useSignal(false);
  const isPlain = useSignal(kind === 'pdf');
  const blob = useRef<Promise<Blob | null> | null>(null);

  const get = async () => {
    blob.current ??= load(chat, id);
    const got = await blob.current;
    // Asked for again the next time.
    if (got === null) blob.current = null;
    isLost.value = got === null;
    return got;
  };
  const onClick = async () => {
    const got = await get();
    if (got !== null) save(got, name);
  };

  return (
    <>
      <button type="button" class={isPlain.value ? undefined : 'picture'} onClick={() => void onClick()}>
        {isPlain.value ? (
          <Icon shape={documentIcon} />
        ) : (
          <Picture get={get} onBroken={() => (isPlain.value = true)} />
        )}
        <span class="name">
          <span class="sr">{text.saveFile} </span>
          {name}
        </span>{' '}
        <small>{sizeWords(bytes)}</small>
      </button>
      {isLost.value && (
        <p class="fail" role="alert">
          {text.fileNotLoaded}
        </p>
      )}
    </>
  );
}

/** Drawn, and not an image element: the policy of a page need not allow one of ours. Its box has its size from the start. */
function Picture({ get, onBroken }: { get: () => Promise<Blob | null>; onBroken: () => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { current } = canvas;
    if (current === null) return;
    const draw = async () => {
      const blob = await get();
      if (blob === null) return onBroken();
      // What only looks like a picture cannot be decoded.
      const bitmap = await createImageBitmap(blob).catch(() => null);
      if (bitmap === null) return onBroken();
      const { width, height } = current;
      const scale = Math.max(width / bitmap.width, height / bitmap.height);
      const [w, h] = [bitmap.width * scale, bitmap.height * scale];
      current.getContext('2d')?.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
      bitmap.close();
    };
    // An old conversation may have many: only what is looked at is loaded.
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      void draw();
    });
    seen.observe(current);
    return () => seen.disconnect();
  }, []);
  return <canvas ref={canvas} width={440} height={288} />;
}
