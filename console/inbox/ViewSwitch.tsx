import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useShortcuts } from '../shared/shortcuts.ts';
import { readStored, writeStored } from '../shared/storage.ts';
import { useWorkplace } from '../workplace.ts';

export type InboxView = 'queue' | 'mine' | 'team' | 'all';

const views: readonly { view: InboxView; name: string }[] = [
  { view: 'queue', name: 'Queue' },
  { view: 'mine', name: 'Mine' },
  { view: 'team', name: 'Team' },
  { view: 'all', name: 'All' },
];
const key = 'inbox-view';

/** The list that is shown; this browser remembers it. */
export function useInboxView(): Signal<InboxView> {
  const kept = readStored(key);
  const view = useSignal<InboxView>(views.find((one) => one.view === kept)?.view ?? 'queue');
  useSignalEffect(() => writeStored(key, view.value));
  return view;
}

export function ViewSwitch({ view }: { view: Signal<InboxView> }) {
  const { desk } = useWorkplace();
  const counts = {
    queue: desk.waiting.value.length,
    mine: desk.mine.value.length,
    team: desk.team.value.length,
    all: null,
  };
  useShortcuts({
    v: () => {
      const at = views.findIndex((one) => one.view === view.value);
      view.value = views[(at + 1) % views.length]?.view ?? 'queue';
    },
  });
  return (
    <fieldset class="view-switch" aria-label="Lists">
      {views.map((one) => {
        const count = counts[one.view];
        return (
          <button
            key={one.view}
            type="button"
            aria-pressed={view.value === one.view}
            onClick={() => {
              view.value = one.view;
            }}
          >
            {one.name}
            {count !== null && count > 0 && <span class="number"> {count}</span>}
          </button>
        );
      })}
    </fieldset>
  );
}
