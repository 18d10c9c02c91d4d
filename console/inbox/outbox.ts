import { type ReadonlySignal, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import type { CommandReply } from '../../protocol/commands.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import type { Unsent } from '../connection.ts';
import { readStored, removeStored, storedKeys, writeStored } from '../shared/storage.ts';

/** A reply or a note on its way. `sent` ones stay until the transcript shows them. */
export interface Outgoing {
  readonly cid: string;
  readonly conversationId: string;
  readonly kind: 'reply' | 'note';
  readonly text: string;
  /** Ids of colleagues whom a note names. */
  readonly mentions?: readonly string[];
  readonly files?: readonly AttachedFile[] | undefined;
  /** Epoch ms, by this computer's clock. */
  readonly at: number;
  readonly state: 'queued' | 'sending' | 'sent' | 'failed';
  /** Why it failed; else null. */
  readonly code: RefusalCode | null;
  /** Its fact, once sent. */
  readonly seq: number | null;
}

export interface Outbox {
  readonly entries: ReadonlySignal<readonly Outgoing[]>;
  add(entry: Pick<Outgoing, 'conversationId' | 'kind' | 'text' | 'mentions' | 'files'>): void;
  retry(cid: string): void;
  discard(cid: string): void;
  /** Sends what waits; call when the connection is there (again). */
  flush(): void;
  /** The transcript has come to `seq`: what it shows itself is no longer the outbox's. */
  settle(conversationId: string, seq: number): void;
  close(): void;
}

/** What got no answer is sent again after this time, also on a line that still holds. */
const againAfterMs = 3_000;
/** After this many refusals that might pass, it is the agent's turn to decide. */
const mostTries = 3;

/**
 * Replies and notes are kept in this browser until the server has them (D6), in order within a conversation. They
 * are sent again under the same cid, so that nothing is said twice (D1).
 */
export function createOutbox(
  agentId: string,
  send: (entry: Outgoing) => Promise<CommandReply | Unsent>,
): Outbox {
  const shelf = `${agentId}.outbox.`;
  const kept = storedKeys(shelf).map((key) => readStored(key));
  const entries = signal<readonly Outgoing[]>(kept.filter(isOutgoing).map(asUnsent));
  const tries = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const change = (cid: string, fields: Partial<Outgoing>) => {
    entries.value = entries.peek().map((entry) => (entry.cid === cid ? { ...entry, ...fields } : entry));
    const changed = entries.peek().find((entry) => entry.cid === cid);
    if (changed === undefined || changed.state === 'sent') removeStored(shelf + cid);
    else writeStored(shelf + cid, changed);
  };

  /** One tab of this agent sends in a conversation at a time, so that what two have found is said in its order. */
  const deliver = (entry: Outgoing): Promise<void> =>
    alone(`${shelf}${entry.conversationId}`, async () => {
      // Sent or given up in another tab meanwhile.
      if (readStored(shelf + entry.cid) !== null) return deliverHere(entry);
      discard(entry.cid);
      flush();
    });

  const deliverHere = async (entry: Outgoing): Promise<void> => {
    const reply = await send(entry);
    if (reply.ok) {
      change(entry.cid, { state: 'sent', seq: reply.seq });
      flush();
    } else if (reply.code === 'unsent') {
      change(entry.cid, { state: 'queued' });
      flushLater(againAfterMs);
    } else {
      const tried = (tries.get(entry.cid) ?? 0) + 1;
      tries.set(entry.cid, tried);
      if (!reply.retryable || tried >= mostTries) {
        change(entry.cid, { state: 'failed', code: reply.code });
        flush();
        return;
      }
      change(entry.cid, { state: 'queued' });
      flushLater(reply.retryAfterMs ?? 1_000);
    }
  };

  const flushLater = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(flush, ms);
  };

  const flush = () => {
    const busy = new Set<string>();
    for (const entry of entries.peek()) {
      if (entry.state === 'failed' || entry.state === 'sent' || busy.has(entry.conversationId)) continue;
      busy.add(entry.conversationId);
      if (entry.state !== 'queued') continue;
      change(entry.cid, { state: 'sending' });
      void deliver(entry);
    }
  };

  const discard = (cid: string) => {
    entries.value = entries.peek().filter((entry) => entry.cid !== cid);
    removeStored(shelf + cid);
  };

  return {
    entries,
    flush,
    discard,
    add(entry) {
      const cid = uuidv7();
      const fields = { ...entry, cid, at: Date.now() };
      entries.value = [...entries.peek(), { ...fields, state: 'queued', code: null, seq: null }];
      change(cid, {});
      flush();
    },
    retry(cid) {
      tries.delete(cid);
      change(cid, { state: 'queued', code: null });
      flush();
    },
    settle(conversationId, seq) {
      const isShown = (entry: Outgoing) =>
        entry.conversationId === conversationId && entry.seq !== null && entry.seq <= seq;
      if (entries.peek().some(isShown)) entries.value = entries.peek().filter((entry) => !isShown(entry));
    },
    close: () => clearTimeout(timer),
  };
}

/** Absent on pages without TLS: two tabs may then do the same, which the cid makes harmless (D1). */
const alone = (name: string, work: () => Promise<void>): Promise<void> =>
  navigator.locks ? navigator.locks.request(`handrail.console.${name}`, work) : work();

/** What is read back from the browser may be of an older console, or of anyone: only what fits is taken. */
function isOutgoing(value: unknown): value is Outgoing {
  const entry = value as Partial<Outgoing> | null;
  const isText = [entry?.cid, entry?.conversationId, entry?.text].every((text) => typeof text === 'string');
  const isNamed = entry?.mentions === undefined || Array.isArray(entry.mentions);
  return (
    isText && isNamed && typeof entry?.at === 'number' && (entry.kind === 'reply' || entry.kind === 'note')
  );
}

const asUnsent = (entry: Outgoing): Outgoing => ({
  ...entry,
  state: entry.state === 'failed' ? 'failed' : 'queued',
  code: entry.code ?? null,
  seq: null,
});
