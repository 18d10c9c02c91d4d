import type { Fact } from '../../protocol/conversation.ts';

/**
 * Who may read a fact: the one place where that is decided. Notes are among agents; the customer's stream covers
 * their seq without showing them.
 */
export function audience(fact: Fact): 'everyone' | 'agents' {
  return fact.type === 'note.added' ? 'agents' : 'everyone';
}

/** The facts that a reader may see. */
export function visibleTo(reader: 'customer' | 'agent', facts: readonly Fact[]): Fact[] {
  return facts.filter((fact) => reader === 'agent' || audience(fact) === 'everyone');
}
