import { conversationPath, navigate, route } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { ago, now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';

/** Notes that name this agent, above the queue, until they open them: also in conversations that no list shows. */
export function MentionList() {
  const { mentions } = useWorkplace();
  const { value } = route;
  const openId = value.view === 'inbox' ? value.conversationId : null;
  const shown = mentions.all.value.filter(({ conversationId }) => conversationId !== openId);
  const first = shown[0];
  useShortcuts({ m: () => first !== undefined && navigate(conversationPath(first.conversationId)) });
  if (shown.length === 0) return null;
  return (
    <section class="mentions" aria-label="Mentioned you">
      <h2 class="group">
        Mentioned you <span class="number">{shown.length}</span>
      </h2>
      <ul class="rows">
        {shown.map(({ conversationId, by, text, at }) => (
          <li key={conversationId}>
            <Link href={conversationPath(conversationId)} class="row mention">
              <span class="row-top">
                <span class="topic">{by}</span>
                <span class="time">{ago(now.value - at)}</span>
              </span>
              <span class="last">{text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
