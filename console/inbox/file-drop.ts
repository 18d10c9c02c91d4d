import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Files that are dropped anywhere on the page are meant for the open reply.
 * @param take called with the files; null where none are taken: then the browser is kept from opening them all the same
 * @returns whether files are being dragged over the page now
 */
export function useFileDrop(take: ((files: readonly File[]) => void) | null): ReadonlySignal<boolean> {
  const isOver = useSignal(false);
  const current = useRef(take);
  current.current = take;

  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const onDrag = (event: DragEvent, isNowOver: boolean) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      // Else the file takes the place of the console, and of all that was not sent.
      event.preventDefault();
      isOver.value = isNowOver && current.current !== null;
    };
    addEventListener('dragover', (event) => onDrag(event, true), { signal });
    addEventListener('dragleave', (event) => onDrag(event, false), { signal });
    addEventListener(
      'drop',
      (event) => {
        onDrag(event, false);
        current.current?.([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => ended.abort();
  }, [isOver]);

  return isOver;
}
