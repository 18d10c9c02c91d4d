import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api.ts';
import { startOfDay } from '../shared/time.ts';
import { statuses } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';

const speakers = { customer: 'Customers', bot: 'The bot', agent: 'Agents', note: 'Notes' };
const dayMs = 24 * 60 * 60_000;
const spans = { 1: 'Since yesterday', 7: 'Last 7 days', 30: 'Last 30 days', 365: 'Last year' };

/** What a search is narrowed to. Each is one name in the address, as the server takes it. */
export function SearchFilters(props: {
  given: URLSearchParams;
  onChange: (next: Readonly<Record<string, string>>) => void;
}) {
  const { given, onChange } = props;
  const { me } = useWorkplace();
  const agents = useAgents();
  const hasFilters = [...given.keys()].some((name) => name !== 'q');
  const isShown = useSignal(hasFilters);
  const today = startOfDay(Date.now());
  const days = Math.round((today - Number(given.get('from') ?? today)) / dayMs);
  const choice = (name: string, label: string, choices: Readonly<Record<string, string>>) => (
    <Choice
      label={label}
      value={given.get(name) ?? ''}
      choices={choices}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <div class={isShown.value ? 'filters shown' : 'filters'}>
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
      {choice('by', 'Said by', speakers)}
      {choice('status', 'Now', statuses)}
      {agents.value.length > 1 &&
        choice('agent', 'Agent', Object.fromEntries(agents.value.map(({ id, name }) => [id, name])))}
      {me.sites.length > 1 &&
        choice('site', 'Site', Object.fromEntries(me.sites.map(({ key, name }) => [key, name])))}
      <Choice
        label="When"
        value={days > 0 ? String(days) : ''}
        choices={spans}
        onChange={(value) => onChange({ from: value === '' ? '' : String(today - Number(value) * dayMs) })}
      />
      {hasFilters && (
        <button
          type="button"
          class="button quiet"
          onClick={() =>
            onChange(
              Object.fromEntries([...given.keys()].filter((name) => name !== 'q').map((name) => [name, ''])),
            )
          }
        >
          Clear
        </button>
      )}
    </div>
  );
}

function Choice(props: {
  label: string;
  value: string;
  choices: Readonly<Record<string, string>>;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      {props.label}
      <select
        class="input"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        <option value="">Any</option>
        {Object.entries(props.choices).map(([value, label]) => (
          <option key={value} value={value}>
            {label.charAt(0).toUpperCase() + label.slice(1)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Colleagues of the own sites; none while they cannot be read: a search works without. */
function useAgents() {
  const { session } = useWorkplace();
  const agents = useSignal<readonly { id: string; name: string }[]>([]);
  useEffect(() => {
    const ended = new AbortController();
    session.api.board(Date.now(), ended.signal).then(
      (board) => {
        agents.value = board.agents.map(({ agent }) => agent);
      },
      (error: unknown) => {
        if (!ended.signal.aborted && !(error instanceof ApiError)) throw error;
      },
    );
    return () => ended.abort();
  }, [session, agents]);
  return agents;
}
