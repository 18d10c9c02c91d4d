import type { Fact } from '../../protocol/conversation.ts';
import type { FactsEvent, FactsPage } from '../../protocol/events.ts';

/** The facts of one conversation as one side receives them live. */
export interface Stream {
  readonly facts: readonly Fact[];
  readonly seq: () => number;
  /** How often a fact came that did not follow the one before. 0 if the server keeps its word. */
  readonly disorder: () => number;
  take(event: FactsEvent): void;
  /** Waits for a fact, also one that is here already. @throws Error after `waitMs` */
  until<F extends Fact>(what: string, isIt: (fact: Fact) => fact is F, waitMs: number): Promise<F>;
}

/**
 * @param pull fetches what lies behind a seq, when an event shows that something is missing (D5)
 * @param onFact called once with each fact, in order
 */
export function createStream(
  pull: (after: number) => Promise<FactsPage>,
  onFact: (fact: Fact) => void = () => {},
): Stream {
  const facts: Fact[] = [];
  const waiting = new Set<() => void>();
  let seq = 0;
  let disorder = 0;
  let isPulling = false;

  const take = (event: FactsEvent) => {
    if (event.through <= seq) return;
    if (event.after > seq) {
      if (!isPulling) fill();
      return;
    }
    let last = event.after;
    for (const fact of event.facts) {
      if (fact.seq <= last || fact.seq > event.through) disorder++;
      last = fact.seq;
      if (fact.seq <= seq) continue;
      facts.push(fact);
      onFact(fact);
    }
    seq = event.through;
    for (const check of waiting) check();
  };

  const fill = () => {
    isPulling = true;
    pull(seq).then(
      (page) => {
        isPulling = false;
        take(page);
      },
      () => {
        // The next event shows the same gap again and asks anew.
        isPulling = false;
      },
    );
  };

  return {
    facts,
    seq: () => seq,
    disorder: () => disorder,
    take,
    until<F extends Fact>(what: string, isIt: (fact: Fact) => fact is F, waitMs: number) {
      return new Promise<F>((resolve, reject) => {
        const check = () => {
          const found = facts.find(isIt);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`no ${what} within ${waitMs / 1_000} s`));
        }, waitMs);
        waiting.add(check);
        check();
      });
    },
  };
}
