import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ExportFormat } from '../../protocol/exports.ts';
import { isReaching } from '../connection.ts';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { ExportRow, ScheduleRow } from './ExportRows.tsx';
import { type Again, createExports } from './export-list.ts';
import { everyWords, filterWords, formatNames, formatWords } from './export-words.ts';
import { askedOf, type Filters } from './filters.ts';

/** All that matches the filters, to take along; and what has been made before. A native dialog: it holds the focus. */
export function ExportDialog(props: { filters: Filters; total: number; onClose: () => void }) {
  const { filters, total, onClose } = props;
  const { session, connection, may } = useWorkplace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [exports] = useState(() => createExports(session.api));
  const format = useSignal<ExportFormat>('csv');
  const isRedacted = useSignal(true);
  const again = useSignal<Again>('once');
  const { list, hasFailed, busy, said } = exports.state.value;
  const canReach = isReaching(connection.state.value);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (canReach) void exports.load();
  }, [exports, canReach]);
  useEffect(() => exports.follow(), [exports]);

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const order = { format: format.value, isRedacted: isRedacted.value };
    const filter = askedOf(filters);
    if (again.value === 'once') void exports.start({ ...order, filter });
    else {
      // What comes by itself has its own from and until.
      const { from: _from, until: _until, ...lasting } = filter;
      void exports.schedule({ ...order, filter: lasting, every: again.value });
    }
  };
  const isEmpty = total === 0 && again.value === 'once';

  return (
    <dialog class="sheet export-sheet" ref={dialog} aria-labelledby="export-title" onClose={onClose}>
      <h2 id="export-title">Export feedback</h2>
      <form class="export-form" onSubmit={submit}>
        <p class="small">
          <strong>{count(total, 'row')}</strong> <span class="soft">match: {filterWords(filters)}</span>
        </p>
        <label class="field">
          Format
          <select
            class="input"
            aria-describedby="export-use"
            value={format.value}
            // One of the list, as all of its options are.
            onChange={(event) => (format.value = event.currentTarget.value as ExportFormat)}
          >
            {formatNames.map((name) => (
              <option key={name} value={name}>
                {formatWords[name].name}
              </option>
            ))}
          </select>
        </label>
        <p id="export-use" class="soft small">
          {formatWords[format.value].use}
        </p>
        <label class="field">
          How often
          <select
            class="input"
            value={again.value}
            onChange={(event) => (again.value = event.currentTarget.value as Again)}
          >
            <option value="once">Once, now</option>
            <option value="daily">{`New ones ${everyWords.daily}`}</option>
            <option value="weekly">{`New ones ${everyWords.weekly}`}</option>
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isRedacted.value}
            disabled={!may('personal-data:export')}
            onChange={(event) => (isRedacted.value = event.currentTarget.checked)}
          />
          Replace e-mail addresses, phone, card and account numbers, and keys
        </label>
        <p class="soft small">
          {may('personal-data:export')
            ? 'Names are left. Without it, that you left them in stands in the audit log.'
            : 'Names are left. Only an admin may leave the rest in.'}
        </p>
        <div class="form-buttons">
          <button type="submit" class="button primary" disabled={isEmpty || !canReach || busy === 'start'}>
            {busy === 'start' ? 'Beginning…' : again.value === 'once' ? 'Export' : 'Schedule'}
          </button>
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
            {said?.text ?? ''}
          </p>
        </div>
        {!canReach && <p class="fail small">You are offline. What is being made goes on.</p>}
        {isEmpty && <p class="soft small">Nothing matches: there is nothing to export.</p>}
      </form>
      <h3 id="exports-made">Exports</h3>
      {hasFailed && (
        <LoadFailed onAgain={() => void exports.load()}>The exports could not be loaded.</LoadFailed>
      )}
      {list === null && !hasFailed && (
        <p class="soft small" role="status">
          Loading…
        </p>
      )}
      {list !== null && list.exports.length + list.schedules.length === 0 && (
        <p class="soft small">{`None yet. A file is kept for ${count(list.keepDays, 'day')}.`}</p>
      )}
      {list !== null && (
        <ul class="export-rows" aria-labelledby="exports-made">
          {list.schedules.map((one) => (
            <ScheduleRow key={one.id} one={one} exports={exports} canReach={canReach} />
          ))}
          {list.exports.map((one) => (
            <ExportRow key={one.id} one={one} exports={exports} canReach={canReach} />
          ))}
        </ul>
      )}
    </dialog>
  );
}
