import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { applyFacts, emptyTranscript } from '../../browser/transcript.ts';
import { ApiError } from '../api.ts';
import { conversationPath } from '../route.ts';
import { Icon } from '../shared/Icon.tsx';
import { Link } from '../shared/Link.tsx';
import { scrollable } from '../shared/scrollable.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { TranscriptLines } from '../shared/Transcript.tsx';
import { refusalWords } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';

/** The conversation that a feedback is about, beside the table. */
export function Reading({ id, onClose }: { id: string; onClose: () => void }) {
  const { session, me } = useWorkplace();
  const transcript = useSignal(emptyTranscript(id));
  const problem = useSignal<string | null>(null);
  const isLoading = useSignal(true);
  const heading = useRef<HTMLHeadingElement>(null);

  const close = () => {
    onClose();
    document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(id)}"]`)?.focus();
  };
  useShortcuts({ Escape: close });

  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      let hasMore = true;
      while (hasMore) {
        const page = await session.api.facts(id, transcript.peek().seq, abort.signal);
        const applied = applyFacts(transcript.peek(), page);
        if (applied.kind === 'applied') transcript.value = applied.transcript;
        hasMore = page.hasMore && applied.kind === 'applied';
      }
      isLoading.value = false;
    };
    load().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      isLoading.value = false;
      problem.value =
        error instanceof ApiError && error.code === 'not_found'
          ? refusalWords('not_found')
          : 'The conversation could not be loaded. Close it and open it again.';
    });
    heading.current?.focus();
    return () => abort.abort();
  }, [id, session, transcript, problem, isLoading]);

  return (
    <aside class="reading-panel" aria-labelledby="reading-title">
      <div class="reading-head">
        <h2 id="reading-title" tabIndex={-1} ref={heading}>
          Conversation
        </h2>
        <Link href={conversationPath(id)} class="button small">
          Open in the inbox
        </Link>
        <button
          type="button"
          class="icon-button"
          aria-label="Close the conversation"
          title="Close (Esc)"
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      <section class="reading-lines" aria-label="Transcript" {...scrollable} aria-busy={isLoading.value}>
        {isLoading.value && <p class="soft">Loading the conversation…</p>}
        {problem.value !== null && <p class="fail">{problem.value}</p>}
        <TranscriptLines transcript={transcript.value} meId={me.id} />
      </section>
    </aside>
  );
}
