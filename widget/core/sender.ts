import type { Exclusively } from './exclusively.ts';
import { isRefusal, Later } from './http.ts';
import type { Life } from './life.ts';
import type { Outbox } from './outbox.ts';
import type { Entry } from './outbox-rules.ts';
import { spread } from './pace.ts';
import { expire, isExpired, isMovable, isSendable, isUrgent, type Outcome, settle } from './sending-rules.ts';
import type { State } from './state.ts';
import type { Surroundings } from './surroundings.ts';

/** Empties the outbox, one command after the other; one tab at a time. */
export interface Sender {
  /** Sends what can be sent now. */
  flush(): void;
}

export interface SenderOptions {
  readonly state: State;
  readonly outbox: Outbox;
  readonly life: Life;
  readonly surroundings: Surroundings;
  readonly exclusively: Exclusively;
  /** May throw Later. */
  deliver(entry: Entry): Promise<Outcome>;
  /** The server has carried out something that the transcript does not show yet. */
  onAhead(): void;
  /**
   * The server does not find the conversation in which something was said.
   * @returns whether it has gone, and what was unsent has moved on
   */
  onGone(conversationId: string): boolean;
}

export function createSender(options: SenderOptions): Sender {
  const { state, outbox, life, surroundings } = options;
  let isBusy = false;
  let isWanted = false;
  let failures = 0;
  let notBefore = 0;
  let cancelRetry = () => {};

  /** Without the socket messages wait a while for it; what is urgent does not, and takes along what was said before. */
  const hasWay = (entries: readonly Entry[]) =>
    state.refusal.value === null &&
    (state.isLive.value ||
      state.isOverdue.value ||
      entries.some((entry) => isSendable(entry) && isUrgent(entry)));

  const retryAfter = (ms: number) => {
    cancelRetry();
    cancelRetry = life.after(ms, flush);
  };

  /** Takes out what the transcript shows by now. */
  const confirm = () => {
    const { conversationId, seq, items } = state.transcript.value;
    for (const { cid, ...entry } of outbox.entries.peek()) {
      const isElsewhere = entry.conversationId !== conversationId;
      const isCovered = entry.ackedSeq !== null && (isElsewhere || entry.ackedSeq <= seq);
      const isShown = items.some((item) => item.kind === 'message' && item.cid === cid);
      if (isCovered || isShown) outbox.change(cid, () => null);
    }
  };

  const next = () => {
    for (const entry of outbox.refresh()) if (isExpired(entry, Date.now())) outbox.change(entry.cid, expire);
    return outbox.entries.peek().find(isSendable);
  };

  /** @returns whether to go on with the next */
  const sendOne = async (entry: Entry): Promise<boolean> => {
    const { cid } = entry;
    // Before it leaves, so that every tab knows that it may have arrived.
    outbox.change(cid, (stored) => ({ ...stored, state: 'sending', tries: stored.tries + 1 }));
    let waitMs = 0;
    const outcome = await options.deliver(entry).catch((error): Outcome => {
      if (error instanceof Later) {
        waitMs = error.afterMs;
        return 'unreached';
      }
      outbox.change(cid, (stored) => settle(stored, 'unreached'));
      throw error;
    });
    const isUnfound = typeof outcome === 'object' && !outcome.ok && outcome.code === 'not_found';
    if (isUnfound && isMovable(entry) && options.onGone(entry.conversationId)) return true;
    outbox.change(cid, (stored) => settle(stored, outcome));
    // The connection that comes next brings the outbox along.
    if (outcome === 'lost') return false;
    if (outcome !== 'unreached' && !isRefusal(outcome)) {
      confirm();
      const isAhead = entry.conversationId === state.transcript.value.conversationId;
      if (isAhead && outcome.seq > state.transcript.value.seq) options.onAhead();
    } else if (outcome === 'unreached' || outcome.retryable) {
      const { pace } = surroundings;
      const wished = outcome === 'unreached' ? waitMs : (outcome.retryAfterMs ?? 0);
      // A server that answers that it cannot right now is near: it is asked again soon, also after a long while.
      const most = outcome === 'unreached' ? pace.retryMost : spread({ ...pace, retry: pace.busyMost }, 0);
      const laterMs = Math.max(wished, Math.min(most, spread(pace, failures++)));
      // Also for what is said meanwhile: each new word would be one more try, and a longer wait behind it.
      notBefore = Date.now() + laterMs;
      retryAfter(laterMs);
      return false;
    }
    failures = 0;
    return true;
  };

  const drain = async () => {
    while (!life.signal.aborted) {
      const entry = next();
      if (entry === undefined || !hasWay(outbox.entries.peek())) return;
      if (notBefore > Date.now()) return retryAfter(notBefore - Date.now());
      if (!(await sendOne(entry))) return;
    }
  };

  const flush = () => {
    isWanted = true;
    if (isBusy || life.signal.aborted) return;
    const entries = outbox.entries.peek();
    if (!entries.some(isSendable) || !hasWay(entries)) return;
    isBusy = true;
    life.run(async () => {
      try {
        while (isWanted) {
          isWanted = false;
          await options.exclusively('flush', drain, life.signal);
        }
      } finally {
        isBusy = false;
      }
    });
  };

  life.onEnd(state.transcript.subscribe(confirm));
  return { flush };
}
