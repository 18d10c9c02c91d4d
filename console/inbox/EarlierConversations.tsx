import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ConversationSummary } from '../../protocol/agent.ts';
import { ApiError } from '../api.ts';
import { conversationPath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { dayAndClock, now } from '../shared/time.ts';
import { statuses } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';

/** Other conversations of the same customer: what has been tried before, and who has been with them. */
export function EarlierConversations({ id }: { id: string }) {
  const { session } = useWorkplace();
  const earlier = useSignal<readonly ConversationSummary[] | 'failed' | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    earlier.value = null;
    session.api.earlier(id, ended.signal).then(
      (conversations) => {
        earlier.value = conversations;
      },
      (error: unknown) => {
        if (ended.signal.aborted) return;
        earlier.value = 'failed';
        if (!(error instanceof ApiError)) throw error;
      },
    );
    return () => ended.abort();
  }, [session, id, earlier]);
  const { value } = earlier;
  if (value === null) return null;
  return (
    <>
      <h3>Earlier conversations</h3>
      {value === 'failed' && <p class="soft">Could not be read.</p>}
      {value !== 'failed' && value.length === 0 && <p class="soft">This is their first.</p>}
      {value !== 'failed' && value.length > 0 && (
        <ul class="earlier">
          {value.map((row) => (
            <li key={row.id}>
              <Link href={conversationPath(row.id)}>{row.topic || 'No question yet'}</Link>
              <span class="soft small">
                {dayAndClock(row.lastAt, now.value)} · {statuses[row.status]}
                {row.downvotes > 0 && ` · ${row.downvotes} marked down`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
