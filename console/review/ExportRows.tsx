import type { Export, Schedule } from '../../protocol/exports.ts';
import { Icon } from '../shared/Icon.tsx';
import { dayAndClock, now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import type { Exports } from './export-list.ts';
import { everyWords, formatWords, leftOutOf, sizeWords, stateWords } from './export-words.ts';

/** An export: how far it is, and what can be done with it. */
export function ExportRow({ one, exports, canReach }: { one: Export; exports: Exports; canReach: boolean }) {
  const { may } = useWorkplace();
  const { busy } = exports.state.value;
  const isRunning = one.state === 'running';
  const mayHave = one.isRedacted || may('personal-data:export');
  return (
    <li class="export-row">
      <div class="export-what">
        <strong>{formatWords[one.format].name}</strong>
        {!one.isRedacted && <span class="tag urgent">with personal data</span>}
        {one.isScheduled && <span class="tag">scheduled</span>}
        <span class="soft small">
          {one.by} · {dayAndClock(one.madeAt, now.value)}
        </span>
      </div>
      <div class="export-state small" title={leftOutOf(one)}>
        <span class={one.state === 'failed' ? 'fail' : ''}>{stateWords(one)}</span>
        {isRunning && (
          <progress aria-label={`Export as ${one.name}`} max={Math.max(1, one.total)} value={one.rows} />
        )}
        {one.state === 'done' && <span class="soft">{sizeWords(one.bytes)}</span>}
      </div>
      <div class="export-acts">
        {one.state === 'done' && mayHave && canReach && (
          <>
            <a class="button small" href={`/v1/exports/${one.id}/file`} download={one.name}>
              <Icon name="download" /> Download
            </a>
            <a
              class="button small quiet"
              href={`/v1/exports/${one.id}/manifest`}
              download={`${one.name}.manifest.json`}
              title="What is in it, and what not"
            >
              Manifest
            </a>
          </>
        )}
        <button
          type="button"
          class="button small quiet"
          disabled={!canReach || busy === one.id}
          aria-label={`${isRunning ? 'Stop' : 'Delete'} ${one.name}`}
          onClick={() => void exports.remove(one)}
        >
          {isRunning ? 'Stop' : 'Delete'}
        </button>
      </div>
    </li>
  );
}

/** An export that comes again and again. */
export function ScheduleRow(props: { one: Schedule; exports: Exports; canReach: boolean }) {
  const { one, exports, canReach } = props;
  return (
    <li class="export-row">
      <div class="export-what">
        <strong>{formatWords[one.format].name}</strong>
        <span class="tag">{everyWords[one.every]}</span>
        {!one.isRedacted && <span class="tag urgent">with personal data</span>}
        <span class="soft small">{one.by}</span>
      </div>
      <div class="export-state small soft">Next: {dayAndClock(one.nextAt, now.value)}</div>
      <div class="export-acts">
        <button
          type="button"
          class="button small quiet"
          disabled={!canReach || exports.state.value.busy === one.id}
          onClick={() => void exports.unschedule(one)}
        >
          End
        </button>
      </div>
    </li>
  );
}
