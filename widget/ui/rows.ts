import type {
  AnswerItem,
  EventFact,
  EventItem,
  MessageItem,
  PromiseItem,
  Transcript,
} from '../../browser/transcript.ts';
import type { OutboxItem } from '../core/model.ts';

/** A pause after which the time is shown again. */
const pauseMs = 15 * 60_000;

/** One line of the conversation on the screen. */
export type Row = {
  readonly key: string;
  readonly at: number;
  /** Shown above it: the first of all, or after a pause. */
  readonly hasTime: boolean;
  /** The same speaker goes on: no name, less room. */
  readonly isContinued: boolean;
} & (
  | { readonly kind: 'message'; readonly item: MessageItem }
  | { readonly kind: 'outgoing'; readonly item: OutboxItem<'message:send'> }
  | { readonly kind: 'answer'; readonly item: AnswerItem }
  | { readonly kind: 'event'; readonly item: EventItem | PromiseItem }
);

type Bare = Row extends infer R ? (R extends Row ? Pick<R, 'kind' | 'item'> : never) : never;

/** Offers are the server's own affair: the customer is told who came, not who was asked. Places stand in the card. */
const untold = new Set([
  'handoff.offered',
  'handoff.offer_expired',
  'handoff.rated',
  'queue.told',
  'followup.asked',
]);

/** What became of feedback on an answer stands below that; only a change is news. */
const isUntold = (fact: EventFact) =>
  untold.has(fact.type) ||
  (fact.type === 'feedback.reviewed' && fact.status !== 'changed' && typeof fact.about === 'number');

/** A person stands beside such an answer already: a suggestion right behind it would say so twice. */
const isOffered = (before: Row | undefined) =>
  before?.kind === 'answer' && (before.item.state === 'failed' || before.item.state === 'unknown');

/** What the customer sees of the conversation, and of what is on its way. */
export function rowsOf(transcript: Transcript, outbox: readonly OutboxItem[]): Row[] {
  const known = new Set<string>();
  const rows: Row[] = [];
  let speaker = '';
  let lastAt = 0;
  const add = (row: Bare, key: string, at: number, by: string) => {
    const hasTime = at - lastAt > pauseMs;
    rows.push({ ...row, key, at, hasTime, isContinued: !hasTime && speaker === by && row.kind !== 'event' });
    speaker = by;
    lastAt = Math.max(at, lastAt);
  };
  for (const item of transcript.items) {
    if (item.kind === 'message') {
      known.add(item.cid);
      add({ kind: 'message', item }, item.cid, item.at, item.by.kind === 'agent' ? item.by.id : item.by.kind);
    } else if (item.kind === 'answer') add({ kind: 'answer', item }, String(item.seq), item.at, 'bot');
    else if ((item.kind === 'event' && !isUntold(item.fact)) || item.kind === 'promise') {
      if (item.fact.type === 'handoff.suggested' && isOffered(rows.at(-1))) continue;
      add({ kind: 'event', item }, String(item.seq), item.at, 'event');
    }
  }
  for (const item of outbox) {
    if (isMessage(item) && !known.has(item.cid)) {
      add({ kind: 'outgoing', item }, item.cid, item.at, 'customer');
    }
  }
  return rows;
}

const isMessage = (item: OutboxItem): item is OutboxItem<'message:send'> => item.name === 'message:send';
