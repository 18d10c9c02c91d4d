import type { Fact } from '../../protocol/conversation.ts';
import type { AgentRef } from '../../protocol/message.ts';
import type { PromiseKind, PromiseState } from '../../protocol/promise.ts';

/** What a site has settled about its promises. */
export interface PromiseRules {
  /** Who asks for a person while it is closed is answered within this time after it opens, ms. */
  readonly answerWithinMs: number;
  /** So long before the deadline its owner is reminded, ms; at most half of the time that there was. */
  readonly remindMs: number;
  /** Whether customers see which share of promises was kept. */
  readonly showsRate: boolean;
}

export const defaultPromiseRules: PromiseRules = {
  answerWithinMs: 2 * 60 * 60_000,
  remindMs: 30 * 60_000,
  showsRate: false,
};

/** Something that the customer was promised and that has not ended. */
export interface OpenPromise {
  /** Seq of the fact that made it. */
  readonly promise: number;
  readonly kind: PromiseKind;
  readonly text: string;
  /** null: the team's. */
  readonly owner: AgentRef | null;
  readonly madeAt: number;
  readonly dueAt: number;
}

/** How a promise ended. `why`: of a cancelled one. */
export interface EndedPromise {
  readonly promise: number;
  readonly state: Exclude<PromiseState, 'open'>;
  readonly why: string;
  readonly endedAt: number;
}

/**
 * What the customer is promised after one more fact. The same list where nothing changes.
 *
 *   promise.made, or a queue.told with a range -> open -> kept | missed | cancelled, each once
 */
export function promisesAfter(open: readonly OpenPromise[], fact: Fact): readonly OpenPromise[] {
  const made = madeBy(open, fact);
  if (made !== null) return [...open, made];
  const left = open.filter((promise) => endOf(promise, fact) === null);
  return left.length === open.length ? open : left;
}

/** What these facts add to the ledger: promises that were made, and how others ended. */
export function ledgerOf(before: readonly OpenPromise[], facts: readonly Fact[]) {
  const made: OpenPromise[] = [];
  const ended: EndedPromise[] = [];
  let open = before;
  for (const fact of facts) {
    const one = madeBy(open, fact);
    if (one !== null) made.push(one);
    for (const promise of open) {
      const end = endOf(promise, fact);
      if (end !== null) ended.push(end);
    }
    open = promisesAfter(open, fact);
  }
  return { made, ended };
}

/** When the owner is reminded, epoch ms. */
export const remindAt = (
  { madeAt, dueAt }: Pick<OpenPromise, 'madeAt' | 'dueAt'>,
  { remindMs }: Pick<PromiseRules, 'remindMs'>,
): number => dueAt - Math.min(remindMs, Math.floor((dueAt - madeAt) / 2));

/** A range that is told is a promise as it stands: one a wait, so that hearing it again does not move the deadline. */
function madeBy(open: readonly OpenPromise[], fact: Fact): OpenPromise | null {
  if (fact.type === 'promise.made') {
    const { kind, text, owner, dueAt } = fact;
    return { promise: fact.seq, kind, text, owner, madeAt: fact.at, dueAt };
  }
  if (fact.type !== 'queue.told' || fact.wait === null || !fact.isAnyoneOnline) return null;
  if (open.some(({ kind }) => kind === 'wait')) return null;
  const { seq: promise, at: madeAt, wait } = fact;
  return { promise, kind: 'wait', text: '', owner: null, madeAt, dueAt: madeAt + wait.toMs };
}

function endOf({ promise, kind }: OpenPromise, fact: Fact): EndedPromise | null {
  const as = (state: EndedPromise['state'], why = ''): EndedPromise => ({
    promise,
    state,
    why,
    endedAt: fact.at,
  });
  switch (fact.type) {
    case 'promise.kept':
      return fact.promise === promise ? as('kept') : null;
    case 'promise.missed':
      return fact.promise === promise ? as('missed') : null;
    case 'promise.cancelled':
      return fact.promise === promise ? as('cancelled', fact.why) : null;
    // A wait ends by what ends the waiting: one that is over its time is missed before.
    case 'handoff.accepted':
      return kind === 'wait' ? as('kept') : null;
    case 'handoff.cancelled':
      return kind === 'wait' ? as('cancelled', 'The customer waits no longer.') : null;
    case 'conversation.resolved':
      return kind === 'wait' ? as('cancelled', 'The conversation was resolved.') : null;
    default:
      return null;
  }
}
