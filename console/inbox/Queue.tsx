import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ConversationSummary } from '../../protocol/agent.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { useWorkplace } from '../workplace.ts';
import { focusedRow } from './focused-row.ts';
import { MentionList } from './MentionList.tsx';
import { QueueRow } from './QueueRow.tsx';
import type { InboxView } from './ViewSwitch.tsx';

const groupOf = { mine: 'Mine', team: 'With colleagues' };
const nobody = {
  queue: 'Nobody waits.',
  mine: 'You have no customer at the moment.',
  team: 'No colleague has a customer at the moment.',
};

/** All that needs a person, most urgent first; or the part of it that is mine, or my colleagues'. One stop for Tab; J, K and the arrows move within. */
export function Queue({ view, openId }: { view: Exclude<InboxView, 'all'>; openId: string | null }) {
  const { desk } = useWorkplace();
  const list = useRef<HTMLElement>(null);
  const isResolvedShown = useSignal(false);
  const lastFocused = useSignal<string | null>(null);
  const groups = [
    { name: 'Waiting', rows: desk.waiting.value },
    { name: 'Mine', rows: desk.mine.value },
    { name: 'With colleagues', rows: desk.team.value },
    { name: 'Recently resolved', rows: desk.resolved.value },
  ].filter(({ name, rows }) =>
    view === 'queue' ? name === 'Waiting' || rows.length > 0 : name === groupOf[view],
  );
  const shown = groups.flatMap(({ name, rows }) =>
    name === 'Recently resolved' && !isResolvedShown.value ? [] : rows.map((row) => row.id),
  );
  const stop = [lastFocused.value, openId].find((id) => id !== null && shown.includes(id)) ?? shown[0];

  const elements = () => [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
  const move = (step: number) => {
    const rows = elements();
    const current = rows.findIndex((row) => row.dataset.row === (focusedRow() ?? stop));
    // The first press goes to the row that Tab would reach; then onwards from there.
    const next = focusedRow() === null ? current : current + step;
    rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
  };
  useShortcuts({ j: () => move(1), k: () => move(-1) });
  useFocusKept(list, shown);

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -shown.length,
      End: shown.length,
    };
    const step = steps[event.key];
    if (step === undefined || focusedRow() === null) return;
    event.preventDefault();
    move(step);
  };

  return (
    <nav
      class="queue"
      aria-label="Conversations"
      ref={list}
      onKeyDown={onKeyDown}
      aria-busy={!desk.isLoaded.value}
    >
      <MentionList />
      {!desk.isLoaded.value && <Loading />}
      {desk.isLoaded.value &&
        groups.map(({ name, rows }) => {
          const isFolded = name === 'Recently resolved' && !isResolvedShown.value;
          return (
            <section key={name} aria-label={name}>
              <GroupTitle
                name={name}
                count={rows.length}
                fold={
                  name === 'Recently resolved'
                    ? { isFolded, toggle: () => (isResolvedShown.value = isFolded) }
                    : null
                }
              />
              {rows.length === 0 && <p class="soft empty-group">{nobody[view]}</p>}
              {!isFolded && (
                <Rows rows={rows} openId={openId} stop={stop} onFocus={(id) => (lastFocused.value = id)} />
              )}
            </section>
          );
        })}
    </nav>
  );
}

function Rows(props: {
  rows: readonly ConversationSummary[];
  openId: string | null;
  stop: string | undefined;
  onFocus: (id: string) => void;
}) {
  if (props.rows.length === 0) return null;
  return (
    <ul class="rows">
      {props.rows.map((row) => (
        <li key={row.id}>
          <QueueRow
            row={row}
            isOpen={row.id === props.openId}
            isStop={row.id === props.stop}
            onFocus={() => props.onFocus(row.id)}
          />
        </li>
      ))}
    </ul>
  );
}

function GroupTitle(props: {
  name: string;
  count: number;
  fold: { isFolded: boolean; toggle: () => void } | null;
}) {
  const { name, count, fold } = props;
  if (fold === null) {
    return (
      <h2 class="group">
        {name} <span class="number">{count}</span>
      </h2>
    );
  }
  return (
    <h2 class="group">
      <button type="button" aria-expanded={!fold.isFolded} onClick={fold.toggle}>
        {name} <span class="number">{count}</span>
      </button>
    </h2>
  );
}

function Loading() {
  return (
    <div class="skeletons">
      <p class="hidden">Loading the queue…</p>
      <div class="skeleton" />
      <div class="skeleton" />
      <div class="skeleton" />
    </div>
  );
}

/** A row that vanishes under the focus (a colleague took it) hands the focus to the one in its place. */
function useFocusKept(list: { current: HTMLElement | null }, shown: readonly string[]): void {
  const before = useRef<{ id: string | null; at: number }>({ id: null, at: 0 });
  useLayoutEffect(() => {
    const { id, at } = before.current;
    const isLost = id !== null && !shown.includes(id) && document.activeElement === document.body;
    if (isLost) {
      const rows = list.current?.querySelectorAll<HTMLElement>('[data-row]');
      rows?.[Math.min(at, rows.length - 1)]?.focus();
    }
  });
  const focused = focusedRow();
  before.current = { id: focused, at: focused === null ? 0 : Math.max(0, before.current.at) };
  if (focused !== null && shown.includes(focused)) before.current.at = shown.indexOf(focused);
}
