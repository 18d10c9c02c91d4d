import { useEffect, useState } from 'preact/hooks';
import type { Guidance } from '../../protocol/guidance.ts';
import { createLoaded } from '../shared/loaded.ts';
import { NotLoaded } from '../shared/NotLoaded.tsx';
import { fullTime } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import type { GuidanceBook } from './guidance-list.ts';
import { actions, kinds } from './guidance-words.ts';

/** Every version of a guidance, with a way back to those that were approved, and what was done with them. */
export function GuidanceVersions(props: { guidance: Guidance; book: GuidanceBook; canReach: boolean }) {
  const { guidance, book, canReach } = props;
  const { session, may } = useWorkplace();
  const [history] = useState(() => createLoaded(() => session.api.guidanceHistory(guidance.id)));
  useEffect(() => void history.load(), [history]);
  const { found, hasFailed } = history.state.value;
  const isOff = !canReach || book.state.value.busy !== null;
  const { live, approved } = guidance;
  if (found === null || hasFailed) {
    return (
      <NotLoaded hasFailed={hasFailed} onAgain={() => void history.load()}>
        The versions could not be loaded.
      </NotLoaded>
    );
  }
  return (
    <div class="guidance-versions">
      <ol class="guidance-version-rows" aria-label="Versions">
        {found.versions.map(({ version, kind, text, by, at, reason }) => (
          <li key={version}>
            <p class="small">
              <b>Version {version}</b> · {kinds[kind].name} · {by.name}, {fullTime(at)}
              {version === live && <span class="good"> · live</span>}
              {reason !== '' && <span class="soft"> · {reason}</span>}
            </p>
            <blockquote class="guidance-text small">{text}</blockquote>
            {version !== live && approved.includes(version) && may('guidance:approve') && (
              <button
                type="button"
                class="button small"
                disabled={isOff}
                onClick={() => void book.rollBack({ id: guidance.id, version, reason: '' })}
              >
                Roll back to version {version}
              </button>
            )}
          </li>
        ))}
      </ol>
      <p class="small" id={`steps-${guidance.id}`}>
        What was done
      </p>
      <ol class="guidance-steps small soft" aria-labelledby={`steps-${guidance.id}`}>
        {found.steps.map(({ seq, action, version, by, at, reason }) => (
          <li key={seq}>
            {fullTime(at)}: {by.name} {actions[action]} version {version}
            {reason !== '' && ` (${reason})`}
          </li>
        ))}
      </ol>
    </div>
  );
}
