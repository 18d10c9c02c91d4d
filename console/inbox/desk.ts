import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ConversationSummary } from '../../protocol/agent.ts';

/** Rows by conversation, each with the round in which it was last heard of. */
type Rows = ReadonlyMap<string, { readonly row: ConversationSummary; readonly heardIn: number }>;

/** What waits, what is mine, what colleagues have, what was resolved lately: each in the order of the list. */
export interface Desk {
  readonly isLoaded: ReadonlySignal<boolean>;
  readonly waiting: ReadonlySignal<readonly ConversationSummary[]>;
  readonly mine: ReadonlySignal<readonly ConversationSummary[]>;
  readonly team: ReadonlySignal<readonly ConversationSummary[]>;
  readonly resolved: ReadonlySignal<readonly ConversationSummary[]>;
  row(id: string): ConversationSummary | null;
  /** The whole list is asked for; what is heard from here on may be newer than it. @returns the round */
  asked(): number;
  /** The whole list of this round: what it lacks is gone, but for news that has overtaken it. */
  takeDesk(conversations: readonly ConversationSummary[], round: number): void;
  takeSummaries(conversations: readonly ConversationSummary[]): void;
  /** These are gone for good. */
  forget(ids: readonly string[]): void;
}

const longestResolved = 30;

const newestFirst = (a: ConversationSummary, b: ConversationSummary) => b.lastAt - a.lastAt;

/** As the customers were told: by arrival, and with a head start for some. */
const queueOrder = (a: ConversationSummary, b: ConversationSummary) =>
  (a.queuedFrom ?? 0) - (b.queuedFrom ?? 0);

/**
 * The desk of one agent, kept by whole lists and by `summaries` (D5: the newer seq wins, whatever comes first).
 * @param on `waits`: for each conversation that begins to wait after the first list; `offered`: for each one of which
 * this agent is asked from then on, also a while later because another let it pass
 */
export function createDesk(
  agentId: string,
  on: Readonly<Record<'waits' | 'offered', (row: ConversationSummary) => void>>,
): Desk {
  const rows = signal<Rows>(new Map());
  const isLoaded = signal(false);
  let rounds = 0;

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
    if (!isLoaded.peek() || after.status !== 'waiting') return;
    if (before?.status !== 'waiting') on.waits(after);
    const isAsked = after.offer?.agent.id === agentId;
    if (isAsked && before?.offer?.expiresAt !== after.offer?.expiresAt) on.offered(after);
  };

  return {
    isLoaded,
    waiting: inState((row) => row.status === 'waiting', queueOrder),
    mine: inState((row) => row.status === 'human' && row.agent?.id === agentId, newestFirst),
    team: inState((row) => row.status === 'human' && row.agent?.id !== agentId, newestFirst),
    resolved: computed(() => resolvedRows.value.slice(0, longestResolved)),
    row: (id) => rows.value.get(id)?.row ?? null,

    asked() {
      rounds += 1;
      return rounds;
    },

    takeDesk(conversations, round) {
      const before = rows.peek();
      const after = new Map<string, { row: ConversationSummary; heardIn: number }>();
      // A row that was heard of meanwhile may be newer than the list, or not known to it yet.
      for (const [id, kept] of before) if (kept.heardIn >= round) after.set(id, kept);
      for (const row of conversations) {
        const known = before.get(row.id);
        after.set(row.id, known !== undefined && known.row.seq > row.seq ? known : { row, heardIn: round });
      }
      rows.value = after;
      for (const { row } of after.values()) announce(before.get(row.id)?.row, row);
      isLoaded.value = true;
    },

    takeSummaries(conversations) {
      const before = rows.peek();
      const after = new Map(before);
      for (const row of conversations) {
        const known = after.get(row.id);
        // A row that has gone back to the bot is kept: it stops an older "waiting" that arrives late.
        if (known === undefined || known.row.seq < row.seq) after.set(row.id, { row, heardIn: rounds });
      }
      rows.value = after;
      for (const [id, { row }] of after) if (before.get(id)?.row !== row) announce(before.get(id)?.row, row);
    },

    forget(ids) {
      const gone = new Set(ids);
      rows.value = new Map([...rows.peek()].filter(([id]) => !gone.has(id)));
    },
  };
}
