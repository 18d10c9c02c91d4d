import type { Fact } from '../../protocol/conversation.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { CustomerContext } from '../../protocol/message.ts';
import type { Conversation } from './conversation.ts';
import { evolve } from './evolve.ts';

/** Facts with the state they lead to, or the code of a refusal that changes nothing. */
export type Decision =
  | { readonly ok: true; readonly facts: readonly Fact[]; readonly state: Conversation }
  | { readonly ok: false; readonly code: RefusalCode };

/** A fact without its seq, time and actor, which the draft fills in. */
type Body<F extends Fact = Fact> = F extends Fact ? Omit<F, 'seq' | 'at' | 'by'> : never;

/** Collects the facts of one decision, each with the next seq, and keeps the state they lead to. */
export function draft(initial: Conversation, by: Fact['by'], at: number) {
  const facts: Fact[] = [];
  let state = initial;
  return {
    get state() {
      return state;
    },
    /** The state that one more fact would lead to, without adding it. */
    stateWith: (body: Body, actor: Fact['by'] = by): Conversation =>
      evolve(state, { ...body, seq: state.seq + 1, at, by: actor } as Fact),
    add(body: Body, actor: Fact['by'] = by) {
      const fact = { ...body, seq: state.seq + 1, at, by: actor } as Fact;
      facts.push(fact);
      state = evolve(state, fact);
    },
    done: (): Decision => ({ ok: true, facts, state }),
  };
}
export type Draft = ReturnType<typeof draft>;

export const refuse = (code: RefusalCode): Decision => ({ ok: false, code });

/** A customer's first step begins the conversation. */
export function startIfNew(d: Draft, context: CustomerContext = {}) {
  if (d.state.seq === 0) d.add({ type: 'conversation.started', context });
}
