import type { ReplayPage, ReplayRun } from '../../protocol/replay.ts';
import { fullTime } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import { standingOf } from './replay-words.ts';
import type { Replays } from './replays.ts';

/** Every run, by bot version; each opens what came of its questions. */
export function ReplayHistory(props: {
  list: ReplayPage;
  replays: Replays;
  /** Only runs in which one guidance was tried. */
  isOfOne: boolean;
  canReach: boolean;
}) {
  const { list, replays, isOfOne, canReach } = props;
  const { me, may } = useWorkplace();
  const isOff = !canReach || replays.state.value.busy !== null;
  const shown = replays.shown.value.id;
  return (
    <div class="replay-history" tabIndex={-1}>
      <table>
        <caption class="small soft">What came of it, by version of the bot</caption>
        <thead>
          <tr>
            <th scope="col">Bot</th>
            <th scope="col">Guidance</th>
            <th scope="col">Result</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {list.items.map((run) => (
            <tr key={run.id} class={run.id === shown ? 'replay-shown' : undefined}>
              <th scope="row">
                {run.botVersion ?? <span class="soft">no version</span>}
                {me.sites.length > 1 && <span class="soft small"> {run.siteName}</span>}
              </th>
              <td class="soft">
                {run.version === null
                  ? 'all that was live'
                  : `${isOfOne ? '' : 'one, '}version ${run.version}`}
              </td>
              <td class="replay-came">
                <Standing run={run} />
              </td>
              <td class="soft">{fullTime(run.startedAt)}</td>
              <td class="soft">{run.by ?? 'handrail replay'}</td>
              <td class="replay-acts">
                {run.state === 'running' && may('guidance:propose') && (
                  <button
                    type="button"
                    class="button small"
                    disabled={isOff}
                    onClick={() => void replays.stop(run)}
                  >
                    Stop
                  </button>
                )}
                <button
                  type="button"
                  class="button small"
                  aria-expanded={run.id === shown}
                  disabled={!canReach}
                  onClick={() => void replays.look(run.id === shown ? null : run.id)}
                >
                  {run.id === shown ? 'Close' : 'Show'}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {list.next !== null && (
        <button type="button" class="button small" disabled={isOff} onClick={() => void replays.loadMore()}>
          Earlier ones
        </button>
      )}
    </div>
  );
}

function Standing({ run }: { run: ReplayRun }) {
  const { tone, text } = standingOf(run);
  const { passed, failed, open } = run.counts;
  return (
    <span class={`replay-standing ${tone}`}>
      {run.state === 'running' && (
        <progress aria-label="Questions asked" max={Math.max(1, run.total)} value={passed + failed + open} />
      )}
      {text}
    </span>
  );
}
