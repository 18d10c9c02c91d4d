import { asOne, type Commit, type Fate } from '../store/commits.ts';
import type { StoredConversation } from '../store/conversation-row.ts';
import { RefusalError } from './errors.ts';
import { createLanes, type Lane, type Waiting } from './lanes.ts';

/** A command on its way, as far as its order and its repetition matter. */
export interface Order {
  readonly conversationId: string;
  readonly senderId: string;
  readonly cid: string | null;
}

/** An order decided on a state that is known here; nothing of it has happened before it is saved. */
export interface Step<O> {
  readonly order: O;
  readonly before: StoredConversation;
  readonly commit: Commit;
}

export interface GroupCommitOptions<O extends Order, R> {
  /** The conversations as they are now, without a lock; what is not there is left out. */
  load(ids: readonly string[]): Promise<StoredConversation[]>;
  /** Decides on this state; null when that needs the lock: a refusal, or a look at other tables. */
  decide(order: O, conversation: StoredConversation): Step<O> | null;
  save(commits: readonly Commit[]): Promise<Fate[]>;
  /** Carries the order out under the conversation's lock, in a transaction of its own. */
  alone(order: O): Promise<{ readonly result: R; readonly conversation: StoredConversation | null }>;
  /** These steps of one conversation are saved, in their order: tells everybody. */
  onSaved(steps: readonly Step<O>[]): void;
  resultOf(step: Step<O>): R;
  /** Whether this error says that nothing was saved, so that each may be tried by itself. */
  isHarmless(error: unknown): boolean;
}

interface Entry<O, R> {
  readonly lane: Lane<O, R>;
  readonly steps: { readonly step: Step<O>; readonly waiting: Waiting<O, R> }[];
}

/** Statements under way at once: PostgreSQL works on one while the other is decided, told, or on the wire. */
const mostSaving = 2;
/**
 * Conversations that wait until a second statement is worth it: what it costs PostgreSQL beside its rows (a third of a
 * millisecond) is shared by as many. With fewer the one under way is waited for.
 */
const enoughForAnother = 30;
/** Orders in one statement. More would make each wait longer than the disk does. */
const mostInBatch = 200;
/** Orders that may wait here: beyond that, better refused than late. */
const mostWaiting = 20_000;
/** After so many times the lock is waited for, so that a busy conversation gets its turn. */
const mostOutrun = 3;

/**
 * Commits together what arrives together. While batches are under way the next one gathers: there is no timer, a lone
 * order goes in the same turn of the event loop, and the busier it gets the more share one write to disk.
 *
 *   decide on known states -> one statement -> saved: tell and acknowledge (D3)
 *                                           -> outrun by another process: read again, decide again
 *                                           -> repeated (D1), refused, or in need of more: alone, under the lock
 *
 * Within a conversation order is kept: what comes later waits for what came before, however that is carried out (D2).
 */
export function createGroupCommit<O extends Order, R>(options: GroupCommitOptions<O, R>) {
  const { load, decide, save, alone, onSaved, resultOf, isHarmless } = options;
  const lanes = createLanes<O, R>();
  const { release, readyCount } = lanes;
  let saving = 0;
  let isStarting = false;
  let isLoading = false;
  const toLoad: Lane<O, R>[] = [];
  let waitingCount = 0;

  const settle = ({ resolve }: Waiting<O, R>, result: R) => {
    waitingCount -= 1;
    resolve(result);
  };
  const fail = ({ reject }: Waiting<O, R>, error: unknown) => {
    waitingCount -= 1;
    reject(error);
  };

  /** Carries these out one after the other under the lock, then lets the lane go on. */
  const runAlone = async (lane: Lane<O, R>, orders: readonly Waiting<O, R>[]) => {
    lane.isBusy = true;
    for (const waiting of orders) {
      try {
        const { result, conversation } = await alone(waiting.order);
        if (conversation !== null) lane.conversation = conversation;
        settle(waiting, result);
      } catch (error) {
        // Refused on a state that may be newer than the one known here.
        lane.conversation = null;
        fail(waiting, error);
      }
    }
    lane.outrun = 0;
    release(lane);
    start();
  };

  const loadNow = async () => {
    if (isLoading) return;
    isLoading = true;
    while (toLoad.length > 0) {
      const taken = toLoad.splice(0, mostInBatch);
      try {
        const found = await load(taken.map(({ id }) => id));
        const byId = new Map(found.map((conversation) => [conversation.id, conversation]));
        for (const lane of taken) {
          lane.conversation = byId.get(lane.id) ?? null;
          if (lane.conversation !== null) release(lane);
          // It begins with this order.
          else void runAlone(lane, lane.waiting.splice(0, 1));
        }
      } catch (error) {
        for (const lane of taken) {
          for (const waiting of lane.waiting.splice(0)) fail(waiting, error);
          release(lane);
        }
      }
      start();
    }
    isLoading = false;
  };

  /** Takes from the front of the lane what can be decided here. */
  const stepsOf = (lane: Lane<O, R>, from: StoredConversation): Entry<O, R>['steps'] => {
    const steps: Entry<O, R>['steps'] = [];
    const cids = new Set<string>();
    let conversation = from;
    while (steps.length < mostInBatch) {
      const waiting = lane.waiting[0];
      if (waiting === undefined) break;
      const { senderId, cid } = waiting.order;
      // The same command twice at once: the second finds the first in the store.
      if (cid !== null && cids.has(`${senderId} ${cid}`)) break;
      const step = decide(waiting.order, conversation);
      if (step === null) break;
      lane.waiting.shift();
      cids.add(`${senderId} ${cid}`);
      steps.push({ step, waiting });
      conversation = step.commit.conversation;
    }
    return steps;
  };

  const tell = ({ steps }: Entry<O, R>) => {
    try {
      onSaved(steps.map(({ step }) => step));
      for (const { step, waiting } of steps) settle(waiting, resultOf(step));
    } catch (error) {
      // They are saved all the same: asked again, they are answered as repeats.
      for (const { waiting } of steps) fail(waiting, error);
    }
  };

  const takeBatch = (): Entry<O, R>[] => {
    const batch: Entry<O, R>[] = [];
    let size = 0;
    for (const lane of lanes.take(() => size < mostInBatch)) {
      const { conversation } = lane;
      if (conversation === null) {
        lane.isBusy = true;
        toLoad.push(lane);
        continue;
      }
      const steps = lane.outrun < mostOutrun ? stepsOf(lane, conversation) : [];
      if (steps.length === 0) {
        void runAlone(lane, lane.waiting.splice(0, 1));
        continue;
      }
      lane.isBusy = true;
      batch.push({ lane, steps });
      size += steps.length;
    }
    if (toLoad.length > 0) void loadNow();
    return batch;
  };

  const saveBatch = async (batch: readonly Entry<O, R>[]) => {
    saving += 1;
    const saved: Entry<O, R>[] = [];
    try {
      const fates = await save(batch.map(({ steps }) => asOne(steps.map(({ step }) => step.commit))));
      for (const [index, entry] of batch.entries()) {
        const { lane, steps } = entry;
        const fate = fates[index];
        if (fate === 'saved') {
          saved.push(entry);
          lane.outrun = 0;
          lane.conversation = steps.at(-1)?.step.commit.conversation ?? null;
          release(lane);
          continue;
        }
        lane.conversation = null;
        const orders = steps.map(({ waiting }) => waiting);
        if (fate === 'repeated') {
          void runAlone(lane, orders);
          continue;
        }
        lane.outrun += 1;
        lane.waiting.unshift(...orders);
        release(lane);
      }
    } catch (error) {
      for (const { lane, steps } of batch) {
        lane.conversation = null;
        const orders = steps.map(({ waiting }) => waiting);
        // One that PostgreSQL does not take must not take the others with it.
        if (isHarmless(error)) void runAlone(lane, orders);
        else {
          // Whether it was saved is not known: the client asks again, under the same cid (D1).
          for (const waiting of orders) fail(waiting, error);
          release(lane);
        }
      }
    }
    saving -= 1;
    // Where a batch is waiting it is on its way before this one is told: PostgreSQL works while we talk.
    if (readyCount() >= enoughForAnother) startNow();
    else start();
    for (const entry of saved) tell(entry);
  };

  const startNow = () => {
    isStarting = false;
    while (readyCount() > 0 && (saving === 0 || (saving < mostSaving && readyCount() >= enoughForAnother))) {
      const batch = takeBatch();
      if (batch.length > 0) void saveBatch(batch);
    }
  };
  /**
   * Not before everything that has arrived is read. What is read first would else go alone, and a statement for one takes
   * PostgreSQL half as long as one for ten.
   */
  const start = () => {
    if (isStarting) return;
    isStarting = true;
    setImmediate(startNow);
  };

  return (order: O): Promise<R> => {
    if (waitingCount >= mostWaiting) {
      return Promise.reject(new RefusalError('unavailable', { retryAfterMs: 1_000 + Math.random() * 4_000 }));
    }
    waitingCount += 1;
    return new Promise((resolve, reject) => {
      const lane = lanes.of(order.conversationId);
      lane.waiting.push({ order, resolve, reject });
      if (lane.isBusy) return;
      lanes.beReady(lane);
      start();
    });
  };
}
