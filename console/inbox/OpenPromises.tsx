import type { Transcript } from '../../browser/transcript.ts';
import { Deadline } from '../promises/Deadline.tsx';
import { EndPromise } from '../promises/EndPromise.tsx';
import { openPromises } from '../promises/open-promises.ts';
import { promiseKinds } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import type { Standing } from './standing.ts';

/** What this customer counts on, right above where one writes to them. */
export function OpenPromises(props: { id: string; transcript: Transcript; standing: Standing }) {
  const { id, transcript, standing } = props;
  const { me } = useWorkplace();
  const open = openPromises(transcript.items);
  if (open.length === 0) return null;
  return (
    <section class="open-promises" aria-label="Open promises">
      <ul>
        {open.map(({ seq, text, kind, owner, dueAt }) => {
          const name = text || promiseKinds[kind];
          const mayEnd = owner === null || owner.id === me.id || standing === 'mine';
          return (
            <li key={seq}>
              <Deadline dueAt={dueAt} />
              <span class="promise-text">
                {name}
                {owner?.id !== me.id && (
                  <span class="soft"> · {owner === null ? 'the team' : owner.name}</span>
                )}
              </span>
              {mayEnd && <EndPromise conversationId={id} promise={seq} name={name} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
