import type { Fact } from '../../protocol/conversation.ts';

/** What is among agents: their notes, and how they sort out who comes. */
const agentsOnly = new Set<Fact['type']>(['note.added', 'handoff.declined', 'handoff.raised']);

/**
 * Who may read a fact: the one place where that is decided. The customer's stream covers the seq of what is among
 * agents without showing it.
 */
export function audience(fact: Pick<Fact, 'type'>): 'everyone' | 'agents' {
  return agentsOnly.has(fact.type) ? 'agents' : 'everyone';
}

/** The facts that a reader may see. */
export function visibleTo(reader: 'customer' | 'agent', facts: readonly Fact[]): Fact[] {
  return facts.filter((fact) => reader === 'agent' || audience(fact) === 'everyone');
}
