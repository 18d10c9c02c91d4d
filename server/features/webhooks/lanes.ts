/** `more`: there is something left to send. `failed`: its next try comes later. `idle`: there was nothing to do here. */
export type RunResult = 'done' | 'more' | 'failed' | 'idle';

interface Lane {
  /** Conversations that wait for a place, in order. */
  readonly waiting: Set<string>;
  readonly running: Set<string>;
  /** Running, and told of again meanwhile: what is new may have come too late for that run. */
  readonly again: Set<string>;
  isFailing: boolean;
}

/** Who sends at once: few to each webhook, so that a slow one takes neither all places nor those of other sites. */
export interface Lanes {
  /** Sends what this conversation has for this webhook, once there is a place. Twice is once. */
  begin(webhookId: string, conversationId: string): void;
  /** Starts nothing more, and waits for what runs. */
  close(): Promise<void>;
}

/** At once in this process. While it waits for an answer a run holds no database connection. */
const mostAtOnce = 32;
const mostPerWebhook = 4;
/** One that fails gets a single place until something gets through again. */
const mostWhileFailing = 1;
/** More are left to the sweep, which finds them in the database. */
const mostWaiting = 2_000;

/**
 * @param run must not throw
 * @param onIdle nothing waits for this webhook any more
 */
export function createLanes(
  run: (webhookId: string, conversationId: string) => Promise<RunResult>,
  onIdle: (webhookId: string) => void,
): Lanes {
  /** In the order in which webhooks get their next place: round robin. */
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  let isClosed = false;

  const start = (webhookId: string, lane: Lane, conversationId: string) => {
    lane.waiting.delete(conversationId);
    lane.running.add(conversationId);
    // To the end of the row.
    lanes.delete(webhookId);
    lanes.set(webhookId, lane);
    const one = run(webhookId, conversationId).then((result) => {
      running.delete(one);
      lane.running.delete(conversationId);
      if (result !== 'idle') lane.isFailing = result === 'failed';
      const isToldAgain = lane.again.delete(conversationId);
      // Behind the others of its webhook: a long conversation does not hold them up.
      if (result === 'more' || isToldAgain) lane.waiting.add(conversationId);
      if (lane.waiting.size === 0 && lane.running.size === 0) lanes.delete(webhookId);
      if (lane.waiting.size === 0 && !isClosed) onIdle(webhookId);
      next();
    });
    running.add(one);
  };

  const next = () => {
    while (!isClosed && running.size < mostAtOnce) {
      const free = [...lanes].find(
        ([, lane]) =>
          lane.waiting.size > 0 && lane.running.size < (lane.isFailing ? mostWhileFailing : mostPerWebhook),
      );
      const [first] = free?.[1].waiting ?? [];
      if (free === undefined || first === undefined) return;
      start(free[0], free[1], first);
    }
  };

  return {
    begin(webhookId, conversationId) {
      if (isClosed) return;
      const lane = lanes.get(webhookId) ?? {
        waiting: new Set(),
        running: new Set(),
        again: new Set(),
        isFailing: false,
      };
      lanes.set(webhookId, lane);
      if (lane.running.has(conversationId)) lane.again.add(conversationId);
      else if (lane.waiting.size < mostWaiting) lane.waiting.add(conversationId);
      next();
    },
    async close() {
      isClosed = true;
      await Promise.all(running);
    },
  };
}
