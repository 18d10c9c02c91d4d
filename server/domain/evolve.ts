import type { Fact } from '../../protocol/conversation.ts';
import type { Conversation } from './conversation.ts';

/** The fields that every state has, taken over from the state before. */
const common = ({ turn, pending, lastAnswer, lastAgent, rating }: Conversation, seq: number) => ({
  seq,
  turn,
  pending,
  lastAnswer,
  lastAgent,
  rating,
});

/**
 * The state after one more fact. Total and without judgement: what is a fact has happened. Replaying all facts
 * of a conversation from `unstarted` gives its saved state.
 */
export function evolve(state: Conversation, fact: Fact): Conversation {
  const base = common(state, fact.seq);
  switch (fact.type) {
    case 'answer.started': {
      const pending = { turn: fact.turn, question: fact.question };
      return { ...state, seq: fact.seq, turn: fact.turn, pending };
    }
    case 'answer.ended': {
      const question = state.pending?.question ?? 0;
      const lastAnswer = { turn: fact.turn, question, outcome: fact.outcome };
      return { ...state, seq: fact.seq, pending: null, lastAnswer };
    }
    case 'handoff.requested': {
      const { reason, priority, team } = fact;
      return { ...base, status: 'waiting', since: fact.at, reason, priority, team, offer: null };
    }
    case 'handoff.offered':
      return state.status === 'waiting'
        ? { ...state, seq: fact.seq, offer: { agent: fact.agent, expiresAt: fact.expiresAt } }
        : { ...state, seq: fact.seq };
    case 'handoff.offer_expired':
      return state.status === 'waiting'
        ? { ...state, seq: fact.seq, offer: null }
        : { ...state, seq: fact.seq };
    case 'handoff.cancelled':
      return { ...base, status: 'bot' };
    case 'handoff.accepted':
      return {
        ...base,
        status: 'human',
        agent: fact.agent,
        since: fact.at,
        firstReplyAt: null,
        lastAgent: fact.agent,
      };
    case 'handoff.transferred':
      if (fact.to.kind === 'agent') {
        const agent = fact.to.agent;
        return { ...base, status: 'human', agent, since: fact.at, firstReplyAt: null, lastAgent: agent };
      }
      return {
        ...base,
        status: 'waiting',
        since: fact.at,
        reason: 'customer_asked',
        // Someone passed on has waited once already: before those who have not.
        priority: 'high',
        team: fact.to.team,
        offer: null,
      };
    case 'handoff.returned':
      return { ...base, status: 'bot' };
    case 'message.sent':
      return state.status === 'human' && fact.by.kind === 'agent' && state.firstReplyAt === null
        ? { ...state, seq: fact.seq, firstReplyAt: fact.at }
        : { ...state, seq: fact.seq };
    case 'conversation.resolved':
      return { ...base, status: 'resolved', by: fact.by, at: fact.at, outcome: fact.outcome };
    case 'conversation.reopened':
      return fact.to === 'agent' && base.lastAgent !== null
        ? { ...base, status: 'human', agent: base.lastAgent, since: fact.at, firstReplyAt: null }
        : { ...base, status: 'bot' };
    case 'conversation.rated':
      return { ...state, seq: fact.seq, rating: fact.rating };
    case 'conversation.started':
    case 'feedback.given':
    case 'note.added':
      return { ...state, seq: fact.seq };
  }
}
