import type { Fact } from '../../protocol/conversation.ts';

/** What is among agents: their notes and better answers, and how they sort out who comes. */
const agentsOnly = new Set<Fact['type']>([
  'note.added',
  'answer.improved',
  'handoff.declined',
  'handoff.raised',
]);

/**
 * Who may read a fact: the one place where that is decided. The customer's stream covers the seq of what is among
 * agents without showing it.
 */
export function audience(fact: Pick<Fact, 'type'>): 'everyone' | 'agents' {
  return agentsOnly.has(fact.type) ? 'agents' : 'everyone';
}

/** The facts that a reader may see, as far as they may see them. */
export function visibleTo(reader: 'customer' | 'agent', facts: readonly Fact[]): Fact[] {
  if (reader === 'agent') return [...facts];
  return facts.filter((fact) => audience(fact) === 'everyone').map(withoutReasons);
}

/**
 * Why the bot failed, why somebody goes first, and who looked at a feedback is said among agents: none is a word to the
 * customer.
 */
function withoutReasons(fact: Fact): Fact {
  if (fact.type === 'feedback.reviewed') return { ...fact, by: { kind: 'system' } };
  if ('cause' in fact) {
    const { cause: _cause, ...shown } = fact;
    return shown;
  }
  if (fact.type !== 'handoff.requested' || fact.because === undefined) return fact;
  const { because: _because, ...shown } = fact;
  return { ...shown, priority: 'normal' };
}
