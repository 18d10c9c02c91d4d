import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ConversationSummary } from '../../protocol/agent.ts';

/** Rows by conversation, each with the connection (counted) in which it was last heard of. */
type Rows = ReadonlyMap<string, { readonly row: ConversationSummary; readonly heardIn: number }>;

/** What waits, what is mine, what colleagues have, what was resolved lately: each in the order of the list. */
export interface Desk {
  readonly isLoaded: ReadonlySignal<boolean>;
  readonly waiting: ReadonlySignal<readonly ConversationSummary[]>;
  readonly mine: ReadonlySignal<readonly ConversationSummary[]>;
  readonly team: ReadonlySignal<readonly ConversationSummary[]>;
  readonly resolved: ReadonlySignal<readonly ConversationSummary[]>;
  row(id: string): ConversationSummary | null;
  /** A connection begins: the `desk` that follows is the whole list, but for news that overtakes it. */
  connected(): void;
  takeDesk(conversations: readonly ConversationSummary[]): void;
  takeSummary(row: ConversationSummary): void;
}

const longestResolved = 30;

const newestFirst = (a: ConversationSummary, b: ConversationSummary) => b.lastAt - a.lastAt;

/** As the customers were told: urgent first, then who has waited longest. */
function queueOrder(a: ConversationSummary, b: ConversationSummary): number {
  if (a.priority !== b.priority) return a.priority === 'high' ? -1 : 1;
  return (a.waitingSince ?? 0) - (b.waitingSince ?? 0);
}

/**
 * The desk of one agent, kept by `desk` and `summary` events (D5: the newer seq wins, whatever comes first).
 * @param onNewHandoff called for each conversation that begins to wait after the first list
 */
export function createDesk(agentId: string, onNewHandoff: (row: ConversationSummary) => void): Desk {
  const rows = signal<Rows>(new Map());
  const isLoaded = signal(false);
  let connection = 0;

  const inState = (
    belongs: (row: ConversationSummary) => boolean,
    order: (a: ConversationSummary, b: ConversationSummary) => number,
  ) =>
    computed(() =>
      [...rows.value.values()]
        .map(({ row }) => row)
        .filter(belongs)
        .sort((a, b) => order(a, b) || (a.id < b.id ? -1 : 1)),
    );
  const resolvedRows = inState((row) => row.status === 'resolved', newestFirst);

  const announce = (before: ConversationSummary | undefined, after: ConversationSummary) => {
    if (isLoaded.peek() && after.status === 'waiting' && before?.status !== 'waiting') onNewHandoff(after);
  };

  return {
    isLoaded,
    waiting: inState((row) => row.status === 'waiting', queueOrder),
    mine: inState((row) => row.status === 'human' && row.agent?.id === agentId, newestFirst),
    team: inState((row) => row.status === 'human' && row.agent?.id !== agentId, newestFirst),
    resolved: computed(() => resolvedRows.value.slice(0, longestResolved)),
    row: (id) => rows.value.get(id)?.row ?? null,

    connected() {
      connection += 1;
    },

    takeDesk(conversations) {
      const before = rows.peek();
      const after = new Map<string, { row: ConversationSummary; heardIn: number }>();
      // A summary of this connection may be newer than the list, or be of a row that the list does not know yet.
      for (const [id, kept] of before) if (kept.heardIn === connection) after.set(id, kept);
      for (const row of conversations) {
        const kept = after.get(row.id);
        if (kept === undefined || kept.row.seq <= row.seq) after.set(row.id, { row, heardIn: connection });
      }
      rows.value = after;
      for (const { row } of after.values()) announce(before.get(row.id)?.row, row);
      isLoaded.value = true;
    },

    takeSummary(row) {
      const before = rows.peek().get(row.id);
      if (before !== undefined && before.row.seq >= row.seq) return;
      // A row that has gone back to the bot is kept: it stops an older "waiting" that arrives late.
      rows.value = new Map(rows.peek()).set(row.id, { row, heardIn: connection });
      announce(before?.row, row);
    },
  };
}
