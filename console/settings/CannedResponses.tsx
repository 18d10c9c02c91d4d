import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CannedResponse } from '../../protocol/canned.ts';
import { ApiError } from '../api.ts';
import { refusalWords } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { CannedForm } from './CannedForm.tsx';

/** As long as resolving can be undone. */
const undoMs = 5_000;

/** The ready replies of the own sites: found by `/` in a reply. */
export function CannedResponses() {
  const { canned, me, session } = useWorkplace();
  const isUnreached = useSignal(false);
  const editing = useSignal<CannedResponse | 'new' | null>(null);
  /** Gone from the list, and deleted in a moment. */
  const leaving = useSignal<CannedResponse | null>(null);
  const problem = useSignal<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const load = async () => {
    isUnreached.value = !(await canned.load());
  };
  const remove = async () => {
    clearTimeout(timer.current);
    const one = leaving.peek();
    if (one === null) return;
    try {
      await session.api.removeCanned(one.id);
      await load();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = `“${one.title}” is still there. ${refusalWords(error.code === 'unreachable' ? 'unsent' : error.code)}`;
    }
    if (leaving.peek() === one) leaving.value = null;
  };
  const leave = (one: CannedResponse) => {
    void remove();
    leaving.value = one;
    timer.current = setTimeout(() => void remove(), undoMs);
  };
  const undo = () => {
    clearTimeout(timer.current);
    leaving.value = null;
  };
  useEffect(() => {
    void load();
    // Who goes on has decided.
    return () => void remove();
  }, []);

  const shown = (canned.all.value ?? []).filter(({ id }) => id !== leaving.value?.id);
  const siteName = (key: string) => me.sites.find((site) => site.key === key)?.name ?? key;
  return (
    <section aria-labelledby="canned">
      <h2 id="canned">Canned responses</h2>
      <p class="soft small">Type / in a reply to find one. Everybody at the site can use and change them.</p>
      {canned.all.value === null && !isUnreached.value && <p class="soft">Loading…</p>}
      {isUnreached.value && (
        <p class="fail" role="alert">
          They could not be loaded.{' '}
          <button type="button" class="text-button" onClick={() => void load()}>
            Try again
          </button>
        </p>
      )}
      {canned.all.value !== null && shown.length === 0 && <p class="soft">None yet.</p>}
      <ul class="canned-list">
        {shown.map((one) => (
          <li key={one.id}>
            <div class="canned-text">
              <p>
                <code>/{one.shortcut}</code> <b>{one.title}</b>{' '}
                {me.sites.length > 1 && <span class="soft small">{siteName(one.site)}</span>}
              </p>
              <p class="soft small">{one.text}</p>
            </div>
            <button
              type="button"
              class="button small"
              aria-label={`Edit ${one.title}`}
              onClick={() => (editing.value = one)}
            >
              Edit
            </button>
            <button
              type="button"
              class="button small"
              aria-label={`Delete ${one.title}`}
              onClick={() => leave(one)}
            >
              Delete
            </button>
          </li>
        ))}
      </ul>
      <div role="status">
        {leaving.value !== null && (
          <p class="strip undo">
            Deleting “{leaving.value.title}”…
            <button type="button" class="button small" onClick={undo}>
              Undo
            </button>
          </p>
        )}
      </div>
      {problem.value !== null && (
        <p class="fail" role="alert">
          {problem.value}
        </p>
      )}
      {editing.value === null ? (
        <button
          type="button"
          class="button"
          disabled={me.sites.length === 0}
          onClick={() => (editing.value = 'new')}
        >
          New canned response
        </button>
      ) : (
        <CannedForm
          key={editing.value === 'new' ? 'new' : editing.value.id}
          canned={editing.value === 'new' ? null : editing.value}
          onDone={() => {
            editing.value = null;
            void load();
          }}
          onLeave={() => (editing.value = null)}
        />
      )}
    </section>
  );
}
