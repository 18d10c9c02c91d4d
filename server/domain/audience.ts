import type { Fact, FactType } from '../../protocol/conversation.ts';

/**
 * Who may read a fact: the one place where that is decided. What is among agents are their notes and better answers, and how
 * they sort out who comes. The customer's stream covers the seq of what is among agents without showing it.
 */
const audiences: Readonly<Record<FactType, Audience>> = {
  'conversation.started': 'everyone',
  'message.sent': 'everyone',
  'transcript.shared': 'everyone',
  'answer.started': 'everyone',
  'answer.ended': 'everyone',
  'answer.corrected': 'everyone',
  'answer.improved': 'agents',
  'handoff.requested': 'everyone',
  'handoff.raised': 'agents',
  'handoff.suggested': 'everyone',
  'handoff.cancelled': 'everyone',
  'handoff.offered': 'everyone',
  'handoff.offer_expired': 'everyone',
  'handoff.declined': 'agents',
  'handoff.accepted': 'everyone',
  'handoff.transferred': 'everyone',
  'handoff.returned': 'everyone',
  'handoff.rated': 'everyone',
  'queue.told': 'everyone',
  'followup.asked': 'everyone',
  'followup.sent': 'everyone',
  'promise.made': 'everyone',
  'promise.kept': 'everyone',
  'promise.missed': 'everyone',
  'promise.cancelled': 'everyone',
  'note.added': 'agents',
  'feedback.given': 'everyone',
  'feedback.reviewed': 'everyone',
  'conversation.rated': 'everyone',
  'conversation.resolved': 'everyone',
  'conversation.reopened': 'everyone',
};
type Audience = 'everyone' | 'agents';

/** A type that this process does not know, told by a newer node in a rolling upgrade, stays among agents. */
export const audience = ({ type }: Pick<Fact, 'type'>): Audience =>
  Object.hasOwn(audiences, type) ? audiences[type] : 'agents';

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
