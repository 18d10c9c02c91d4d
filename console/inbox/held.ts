import { type ReadonlySignal, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import type { TransferTarget } from '../../protocol/conversation.ts';
import type { FailureCause, Outcome } from '../../protocol/handoff.ts';
import { readStored, removeStored, writeStored } from '../shared/storage.ts';
import type { ActionResult, Actions } from './actions.ts';

/** What ends in a moment, an agent's part, a promise or an offer of theirs, unless they undo it. */
export type Ending =
  | { readonly kind: 'resolve'; readonly outcome: Outcome; readonly cause: FailureCause | null }
  | { readonly kind: 'hand_back'; readonly decision: string; readonly cause: FailureCause | null }
  | { readonly kind: 'transfer'; readonly to: TransferTarget; readonly note: string }
  | { readonly kind: 'keep_promise'; readonly promise: number }
  | { readonly kind: 'cancel_promise'; readonly promise: number; readonly why: string }
  /** `until`: when the offer ends by itself, epoch ms. */
  | { readonly kind: 'decline'; readonly until: number };

/** These leave a customer; the others end a promise or an offer, and nobody's part in the conversation. */
const leaving: ReadonlySet<unknown> = new Set<Ending['kind']>(['resolve', 'hand_back', 'transfer']);
const kinds: ReadonlySet<unknown> = new Set<Ending['kind']>([
  'resolve',
  'hand_back',
  'transfer',
  'keep_promise',
  'cancel_promise',
  'decline',
]);

export interface HeldEnding {
  /** The command's own: carried out again after a reload, it is done once (D1). */
  readonly cid: string;
  readonly conversationId: string;
  readonly ending: Ending;
}

/** Holds back what would leave a customer, so that a slip can be undone. */
export interface Held {
  readonly current: ReadonlySignal<HeldEnding | null>;
  /**
   * What was held before is carried out at once: one thing can be undone, the last.
   * @param onDone told what came of it, if it was not undone and the page is still there
   */
  hold(conversationId: string, ending: Ending, onDone?: (happened: ActionResult) => void): void;
  undo(): void;
  /** Carries out what is held, now. */
  flush(): void;
  close(): void;
}

/** Long enough to see the slip, short enough for the customer not to notice. */
export const undoMs = 5_000;

/** An offer that ends by itself would count as one that was let pass: declining it gets there before. */
const beforeOfferEndsMs = 1_000;

const waitOf = (ending: Ending): number =>
  ending.kind === 'decline'
    ? Math.max(0, Math.min(undoMs, ending.until - beforeOfferEndsMs - Date.now()))
    : undoMs;

/**
 * @param isReaching whether the server can be reached now
 * @param onRefused told what happened instead
 */
export function createHeld(
  agentId: string,
  actions: Pick<Actions, 'resolve' | 'handBack' | 'transfer' | 'keepPromise' | 'cancelPromise' | 'decline'>,
  isReaching: () => boolean,
  onRefused: (conversationId: string, text: string) => void,
): Held {
  const shelf = `${agentId}.held`;
  const current = signal<HeldEnding | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLeaving = false;

  let tell: ((happened: ActionResult) => void) | undefined;

  const carryOut = ({ cid, conversationId, ending }: HeldEnding): Promise<ActionResult> => {
    switch (ending.kind) {
      case 'resolve':
        return actions.resolve(conversationId, ending.outcome, ending.cause, cid);
      case 'hand_back':
        return actions.handBack(conversationId, ending.decision, ending.cause, cid);
      case 'transfer':
        return actions.transfer(conversationId, ending.to, ending.note, cid);
      case 'keep_promise':
        return actions.keepPromise(conversationId, ending.promise, cid);
      case 'cancel_promise':
        return actions.cancelPromise(conversationId, ending.promise, ending.why, cid);
      case 'decline':
        return actions.decline(conversationId, cid);
    }
  };

  const flush = () => {
    clearTimeout(timer);
    const held = current.peek();
    if (held === null) return;
    current.value = null;
    const onDone = tell;
    tell = undefined;
    void carryOut(held).then((happened) => {
      // Kept until it is answered: a page that goes away meanwhile finds it when it comes back.
      if (isLeaving && happened !== null) return;
      if (isSame(readStored(shelf), held)) removeStored(shelf);
      if (happened !== null) onRefused(held.conversationId, happened);
      onDone?.(happened);
    });
  };

  const hold = (held: HeldEnding) => {
    flush();
    current.value = held;
    writeStored(shelf, held);
    waitFor(waitOf(held.ending));
  };
  /** What nobody can take now (no line, or none yet after a reload) waits a little longer. */
  const waitFor = (ms: number) => {
    timer = setTimeout(() => (isReaching() ? flush() : waitFor(1_000)), ms);
  };

  /** What did not get through when the page was left is done now, with its time to be undone. */
  const resume = () => {
    isLeaving = false;
    const kept = readStored(shelf);
    if (current.peek() !== null || !isHeld(kept)) return;
    if (isOver(kept.ending)) removeStored(shelf);
    else hold(kept);
  };
  /** A page that is left decides: nobody is there to undo it. */
  const leave = () => {
    isLeaving = true;
    flush();
  };
  resume();
  // In the capturing phase: before the line is given up, which happens at the same moment.
  addEventListener('pagehide', leave, { capture: true });
  addEventListener('pageshow', resume);

  return {
    current,
    hold(conversationId, ending, onDone) {
      hold({ cid: uuidv7(), conversationId, ending });
      tell = onDone;
    },
    flush,
    close() {
      flush();
      removeEventListener('pagehide', leave, { capture: true });
      removeEventListener('pageshow', resume);
    },
    undo() {
      clearTimeout(timer);
      tell = undefined;
      current.value = null;
      removeStored(shelf);
    },
  };
}

/** Whether what is held ends this agent's part in the conversation: then there is nothing more to write in it. */
export const isLeaving = (held: HeldEnding | null, conversationId: string): boolean =>
  held?.conversationId === conversationId && leaving.has(held.ending.kind);

/** Whether this agent has just declined this customer, and can still undo it. */
export const isDeclining = (held: HeldEnding | null, conversationId: string): boolean =>
  held?.conversationId === conversationId && held.ending.kind === 'decline';

/** What the offer's own end has settled meanwhile. */
const isOver = (ending: Ending) => ending.kind === 'decline' && ending.until <= Date.now();

const isSame = (kept: unknown, held: HeldEnding) => JSON.stringify(kept) === JSON.stringify(held);

/** What is read back may be of an older console, or of anyone. */
function isHeld(value: unknown): value is HeldEnding {
  const held = value as Partial<HeldEnding> | null;
  return typeof held?.conversationId === 'string' && kinds.has(held.ending?.kind);
}
