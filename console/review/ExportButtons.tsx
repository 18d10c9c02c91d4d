import { useState } from 'preact/hooks';
import { Icon } from '../shared/Icon.tsx';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { createExport, type ExportFormat, saveFile } from './export.ts';

/** Takes all that matches along, not only what is on the screen; says how far it is. */
export function ExportButtons(props: { asked: URLSearchParams; total: number; isEmpty: boolean }) {
  const { asked, total, isEmpty } = props;
  const { session } = useWorkplace();
  const [download] = useState(() => createExport(session.api, saveFile));
  const state = download.state.value;
  const button = (format: ExportFormat, name: string) => (
    <button
      type="button"
      class="button"
      disabled={isEmpty}
      title={`All ${count(total, 'row')} that match, with transcripts`}
      onClick={() => void download.start(format, asked)}
    >
      <Icon name="download" /> {name}
    </button>
  );
  return (
    <div class="export">
      {state.kind === 'running' ? (
        <>
          <div class="export-progress">
            <span>
              {state.total === null
                ? 'Starting…'
                : `${state.rows.toLocaleString()} of ${count(state.total, 'row')}`}
            </span>
            {state.total === null ? (
              <progress aria-label="Export" />
            ) : (
              <progress aria-label="Export" max={state.total} value={state.rows} />
            )}
          </div>
          <button type="button" class="button" onClick={download.cancel}>
            Cancel
          </button>
        </>
      ) : (
        <>
          {button('csv', 'CSV')}
          {button('jsonl', 'JSONL')}
        </>
      )}
      <p class="export-result" role="status">
        {state.kind === 'done' && (
          <span class="good">
            {`${count(state.rows, 'row')} saved as ${state.name}`}
            {state.changed > 0 && `; ${state.changed} changed meanwhile, export again to have them`}
          </span>
        )}
        {state.kind === 'failed' && <span class="fail">{state.text}</span>}
      </p>
    </div>
  );
}
