import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isReaching } from '../connection.ts';
import type { Ending } from '../inbox/held.ts';
import { useWorkplace } from '../workplace.ts';

/** Kept, or taken back with a word. `name` tells apart what several of these on one screen are about. */
export function EndPromise(props: {
  conversationId: string;
  promise: number;
  name: string;
  onEnded?: () => void;
}) {
  const { conversationId, promise, name, onEnded } = props;
  const { connection, held } = useWorkplace();
  const isAsked = useSignal(false);
  const why = useSignal('');
  const problem = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  // At once, not after the next painting: the next key must already be text, not a shortcut.
  useLayoutEffect(() => {
    if (!isAsked.value) return;
    field.current?.focus();
    // Words that were there before an undo: typed over, or sent as they are.
    field.current?.select();
  }, [isAsked.value]);
  const isOnline = isReaching(connection.state.value);
  const end = (ending: Ending) => {
    problem.value = null;
    held.hold(conversationId, ending, (happened) => {
      problem.value = happened;
      if (happened === null) onEnded?.();
    });
  };
  const takeBack = (event: Event) => {
    event.preventDefault();
    const words = why.value.trim();
    if (words === '') return;
    isAsked.value = false;
    end({ kind: 'cancel_promise', promise, why: words });
  };
  const { value: going } = held.current;
  if (
    going?.conversationId === conversationId &&
    'promise' in going.ending &&
    going.ending.promise === promise
  ) {
    const isKept = going.ending.kind === 'keep_promise';
    return <span class="soft small">{isKept ? 'Kept…' : 'Taking it back…'}</span>;
  }
  return (
    <div class="end-promise">
      {isAsked.value ? (
        <form
          class="take-back"
          aria-label={`Take back: ${name}`}
          onSubmit={takeBack}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || event.isComposing) return;
            event.stopPropagation();
            isAsked.value = false;
          }}
        >
          <input
            class="input"
            aria-label="Why? The customer reads it."
            placeholder="Why? The customer reads it."
            maxLength={500}
            ref={field}
            value={why.value}
            onInput={(event) => (why.value = event.currentTarget.value)}
          />
          <button type="submit" class="button small" disabled={!isOnline || why.value.trim() === ''}>
            Take back
          </button>
          <button type="button" class="button small quiet" onClick={() => (isAsked.value = false)}>
            Leave it
          </button>
        </form>
      ) : (
        <>
          <button
            type="button"
            class="button small"
            aria-label={`Done: ${name}`}
            disabled={!isOnline}
            onClick={() => end({ kind: 'keep_promise', promise })}
          >
            Done
          </button>
          <button
            type="button"
            class="button small quiet"
            aria-label={`Cancel: ${name}`}
            disabled={!isOnline}
            onClick={() => (isAsked.value = true)}
          >
            Cancel…
          </button>
        </>
      )}
      {problem.value !== null && (
        <p class="fail small" role="alert">
          {problem.value}
        </p>
      )}
    </div>
  );
}
