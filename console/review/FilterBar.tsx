import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { feedbackReasons, receiptStatuses, signals } from '../shared/words.ts';
import type { Filters } from './filters.ts';

const settleMs = 300;

/** What the list is narrowed to. Every change shows at once; typing settles first. */
export function FilterBar({ filters, onChange }: { filters: Filters; onChange: (next: Filters) => void }) {
  // On a phone the list comes first; who filters already sees by what.
  const isShown = useSignal(Object.keys(filters).some((name) => name !== 'text'));
  // Values come from our own choices; what is none is left out on the way to the address.
  const choose = (fields: Record<string, string>) => onChange({ ...filters, ...fields } as Filters);
  return (
    <form
      class={isShown.value ? 'filters shown' : 'filters'}
      aria-label="Filters"
      onSubmit={(event) => event.preventDefault()}
    >
      <TextFilter text={filters.text ?? ''} onChange={(text) => choose({ text })} />
      <button
        type="button"
        class="button filters-button"
        aria-expanded={isShown.value}
        onClick={() => {
          isShown.value = !isShown.value;
        }}
      >
        Filters
      </button>
      <label class="field">
        From
        <input
          class="input"
          type="date"
          value={filters.from ?? ''}
          max={filters.until}
          onChange={(event) => choose({ from: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        Until
        <input
          class="input"
          type="date"
          value={filters.until ?? ''}
          min={filters.from}
          onChange={(event) => choose({ until: event.currentTarget.value })}
        />
      </label>
      <Choice
        name="About"
        value={filters.kind}
        choices={{ answer: 'Answers', conversation: 'Conversations', handoff: 'Handoffs' }}
        onChange={(kind) => choose({ kind })}
      />
      <Choice
        name="Verdict"
        value={filters.verdict}
        choices={{ down: 'Thumbs down', up: 'Thumbs up' }}
        onChange={(verdict) => choose({ verdict })}
      />
      <Choice
        name="Reason"
        value={filters.reason}
        choices={feedbackReasons}
        onChange={(reason) => choose({ reason })}
      />
      <Choice
        name="Rating"
        value={filters.rating === undefined ? undefined : String(filters.rating)}
        choices={{ 1: '1', 2: '2', 3: '3', 4: '4', 5: '5' }}
        onChange={(rating) => choose({ rating })}
      />
      <Choice
        name="Status"
        value={filters.status}
        choices={receiptStatuses}
        onChange={(status) => choose({ status })}
      />
      <Choice
        name="Signal"
        value={filters.signal}
        choices={{ any: 'Any signal', ...signals }}
        onChange={(signal) => choose({ signal })}
      />
      {Object.keys(filters).length > 0 && (
        <button type="button" class="button quiet" onClick={() => onChange({})}>
          Clear
        </button>
      )}
    </form>
  );
}

function Choice(props: {
  name: string;
  value: string | undefined;
  choices: Readonly<Record<string, string>>;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      {props.name}
      <select
        class="input"
        value={props.value ?? ''}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        <option value="">All</option>
        {Object.entries(props.choices).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function TextFilter({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const written = useSignal(text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // "Clear" and the back button change it from outside.
  useEffect(() => {
    clearTimeout(timer.current);
    written.value = text;
  }, [text, written]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="field grows">
      Text
      <input
        class="input"
        type="search"
        placeholder="In question, answer or comment"
        maxLength={200}
        value={written.value}
        onInput={(event) => {
          const next = event.currentTarget.value;
          written.value = next;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onChange(next.trim()), settleMs);
        }}
      />
    </label>
  );
}
