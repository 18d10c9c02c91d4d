/** The time from start to end of a chat: what is begun in it ends with it. */
export interface Life {
  readonly signal: AbortSignal;
  /** Acts once after `ms`, unless taken back or the life ends before. */
  after(ms: number, act: () => void): () => void;
  /** Comes back after `ms`, or at the end of the life. */
  sleep(ms: number): Promise<void>;
  onEnd(act: () => void): void;
  /** Runs work that nobody waits for; what goes wrong in it is reported, unless the life has ended meanwhile. */
  run(work: () => Promise<unknown>): void;
  end(): void;
}

export function createLife(report: (error: unknown) => void): Life {
  const ended = new AbortController();
  const { signal } = ended;
  const onEnd = (act: () => void) => signal.addEventListener('abort', act, { once: true });
  const after: Life['after'] = (ms, act) => {
    if (signal.aborted) return () => {};
    const cancel = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    };
    const timer = setTimeout(() => {
      cancel();
      act();
    }, ms);
    onEnd(cancel);
    return cancel;
  };
  return {
    signal,
    onEnd,
    after,
    sleep: (ms) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        onEnd(resolve);
        after(ms, resolve);
      }),
    run(work) {
      work().catch((error) => {
        if (!signal.aborted) report(error);
      });
    },
    end: () => ended.abort(),
  };
}
