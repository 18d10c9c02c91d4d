import type { Fact } from '../../protocol/conversation.ts';
import type { SharedLine } from '../../protocol/message.ts';
import type { Conversation, PendingTurn, RecentTurn } from './conversation.ts';
import { turnsLookedAt } from './policy/judge.ts';
import { promisesAfter } from './promises.ts';
import { receiptsAfter } from './receipts.ts';

/** The fields that every state has, taken over from the state before. */
const common = (
  {
    turn,
    pending,
    lastAnswer,
    lastAgent,
    leftAt,
    rating,
    recent,
    suggested,
    followUp,
    promises,
    receipts,
  }: Conversation,
  seq: number,
) => ({
  seq,
  turn,
  pending,
  lastAnswer,
  lastAgent,
  leftAt,
  rating,
  recent,
  suggested,
  followUp,
  promises,
  receipts,
});

/** How much of each text the handoff policy looks at. */
const recentChars = 300;
const remember = ({ recent }: Conversation, said: RecentTurn): readonly RecentTurn[] => [
  ...recent.slice(1 - turnsLookedAt),
  { ...said, text: said.text.slice(0, recentChars) },
];
/** Turn 0: what was said elsewhere is no turn of this conversation, and feedback on one does not mean it. */
const recall = (state: Conversation, lines: readonly SharedLine[]): readonly RecentTurn[] =>
  state.status === 'human'
    ? state.recent
    : lines.slice(-turnsLookedAt).reduce((recent, { author, text }) => {
        const outcome = author === 'bot' ? ({ outcome: 'answered' } as const) : {};
        return remember({ ...state, recent }, { author, text, turn: 0, ...outcome });
      }, state.recent);
const caught = (pending: PendingTurn | null) => pending && ({ ...pending, hasCaughtPromise: true } as const);
/** A wait that begins: nobody has been asked, and nothing told. */
const unasked = (at: number) => ({ begunAt: at, offer: null, passedBy: [], told: null }) as const;
const leftAtOf = ({ status, leftAt }: Conversation, at: number) => (status === 'human' ? at : leftAt);
const waitedOf = (state: Conversation) => {
  if (state.status === 'human') return state.waited;
  return state.status === 'waiting'
    ? { since: state.since, priority: state.priority, team: state.team }
    : null;
};
/** A person has come, or was not wanted any more: what the bot did before is no reason now. */
const forgotten = { recent: [], suggested: null } as const;

/**
 * The state after one more fact. Total and without judgement: what is a fact has happened. Replaying all facts
 * of a conversation from `unstarted` gives its saved state.
 */
export function evolve(state: Conversation, fact: Fact): Conversation {
  const promises = promisesAfter(state.promises, fact);
  const receipts = receiptsAfter(state.receipts, fact);
  const isSame = promises === state.promises && receipts === state.receipts;
  return evolveStanding(isSame ? state : { ...state, promises, receipts }, fact);
}

/** All but the promises and receipts, which are the same in every state. */
function evolveStanding(state: Conversation, fact: Fact): Conversation {
  const base = common(state, fact.seq);
  switch (fact.type) {
    case 'answer.started': {
      const { turn, question, guidance } = fact;
      const pending = { turn, question, ...(guidance === undefined ? {} : { guidance }) };
      return { ...state, seq: fact.seq, turn: fact.turn, pending };
    }
    case 'answer.ended': {
      const question = state.pending?.question ?? 0;
      const lastAnswer = { turn: fact.turn, question, outcome: fact.outcome };
      const { outcome, text } = fact;
      const recent =
        outcome === 'stopped'
          ? state.recent
          : remember(state, { author: 'bot', turn: fact.turn, text, outcome });
      return { ...state, seq: fact.seq, pending: null, lastAnswer, recent };
    }
    case 'handoff.requested': {
      const { reason, priority, team, because } = fact;
      const harm = because === undefined ? {} : { because };
      const asked = { since: fact.at, reason, priority, ...harm, team };
      // One that is due to a broken promise goes on: whoever was promised something need not leave their address again.
      const followUp = reason === 'promise_missed' ? state.followUp : null;
      const pending = reason === 'bot_promised' ? caught(state.pending) : state.pending;
      return { ...base, ...asked, ...unasked(fact.at), followUp, pending, status: 'waiting' };
    }
    case 'handoff.offered':
      return state.status === 'waiting'
        ? {
            ...state,
            seq: fact.seq,
            offer: { agent: fact.agent, expiresAt: fact.expiresAt },
            // Asked once more: everybody has let it pass, and the round begins anew. So the list stays as short as the team.
            passedBy: state.passedBy.includes(fact.agent.id) ? [] : state.passedBy,
          }
        : { ...state, seq: fact.seq };
    case 'handoff.declined':
    case 'handoff.offer_expired':
      return state.status === 'waiting'
        ? { ...state, seq: fact.seq, offer: null, passedBy: [...state.passedBy, fact.agent.id] }
        : { ...state, seq: fact.seq };
    case 'handoff.raised':
      return state.status === 'waiting'
        ? { ...state, seq: fact.seq, priority: fact.priority, because: fact.because }
        : { ...state, seq: fact.seq };
    case 'handoff.cancelled':
      return { ...base, ...forgotten, status: 'bot' };
    case 'handoff.accepted':
      return {
        ...base,
        ...forgotten,
        status: 'human',
        agent: fact.agent,
        since: fact.at,
        waited: waitedOf(state),
        firstReplyAt: null,
        lastAgent: fact.agent,
      };
    case 'handoff.transferred':
      if (fact.to.kind === 'agent') {
        const agent = fact.to.agent;
        const joined = {
          agent,
          since: fact.at,
          waited: waitedOf(state),
          firstReplyAt: null,
          lastAgent: agent,
        };
        return { ...base, ...joined, status: 'human' };
      }
      return {
        ...base,
        status: 'waiting',
        // Whose agent vanished without a word goes back to where they stood.
        since: fact.place?.since ?? fact.at,
        reason: 'customer_asked',
        // Someone passed on has waited once already: before those who have not.
        priority: fact.place?.priority ?? 'first',
        team: fact.to.team,
        leftAt: leftAtOf(state, fact.at),
        ...unasked(fact.at),
        // Who passed them on is not the one to ask first.
        passedBy: fact.by.kind === 'agent' ? [fact.from.id] : [],
      };
    case 'handoff.returned':
      return { ...base, leftAt: leftAtOf(state, fact.at), status: 'bot' };
    case 'answer.corrected': {
      const pending = state.pending?.turn === fact.turn ? caught(state.pending) : state.pending;
      const suggested = { reason: 'bot_promised', turn: fact.turn } as const;
      return { ...state, seq: fact.seq, pending, suggested };
    }
    case 'handoff.suggested':
      return { ...state, seq: fact.seq, suggested: { reason: fact.reason, turn: state.turn } };
    case 'queue.told':
      return state.status === 'waiting'
        ? { ...state, seq: fact.seq, told: { isAnyoneOnline: fact.isAnyoneOnline } }
        : { ...state, seq: fact.seq };
    case 'message.sent':
      if (state.status === 'bot' || state.status === 'waiting') {
        const said = { author: 'customer', turn: state.turn, text: fact.text } as const;
        return { ...state, seq: fact.seq, recent: remember(state, said) };
      }
      return state.status === 'human' && fact.by.kind === 'agent' && state.firstReplyAt === null
        ? { ...state, seq: fact.seq, firstReplyAt: fact.at }
        : { ...state, seq: fact.seq };
    case 'transcript.shared':
      return { ...state, seq: fact.seq, recent: recall(state, fact.lines) };
    case 'conversation.resolved':
      return {
        ...base,
        leftAt: leftAtOf(state, fact.at),
        status: 'resolved',
        by: fact.by,
        at: fact.at,
        outcome: fact.outcome,
      };
    case 'conversation.reopened':
      return fact.to === 'agent' && base.lastAgent !== null
        ? {
            ...base,
            status: 'human',
            agent: base.lastAgent,
            since: fact.at,
            waited: null,
            firstReplyAt: null,
          }
        : { ...base, status: 'bot' };
    case 'conversation.rated':
      return { ...state, seq: fact.seq, rating: fact.rating };
    case 'feedback.given':
      return {
        ...state,
        seq: fact.seq,
        recent: state.recent.map((said) =>
          said.author === 'bot' && said.turn === fact.turn
            ? { ...said, isDownvoted: fact.verdict === 'down' }
            : said,
        ),
      };
    case 'followup.asked':
      return { ...state, seq: fact.seq, followUp: { email: fact.email, through: fact.seq } };
    case 'followup.sent':
      return { ...state, seq: fact.seq, followUp: { email: fact.email, through: fact.through } };
    case 'promise.made':
    case 'promise.kept':
    case 'promise.missed':
    case 'promise.cancelled':
    case 'conversation.started':
    case 'note.added':
    case 'answer.improved':
    case 'handoff.rated':
    case 'feedback.reviewed':
      return { ...state, seq: fact.seq };
  }
}
