import type { Fact } from '../../protocol/conversation.ts';
import { queuedOf } from '../domain/summary.ts';
import type { Commit } from '../store/commits.ts';
import type { StoredConversation } from '../store/conversation-row.ts';
import type { Committed } from './bus.ts';

/** What one command did to the conversation that it found. */
interface Told {
  readonly before: StoredConversation;
  readonly commit: Pick<Commit, 'conversation' | 'facts' | 'isOnlySaid'>;
}

const isWords = ({ type }: Fact): boolean => type === 'message.sent' || type === 'note.added';

/**
 * Words that one conversation gained in one commit are told together: everybody who listens is called, and every reader
 * written to, once. Where anything else happened each is told by itself: a change in between, asked for a person and
 * taken back, must not go unseen.
 * @param steps of one conversation, in their order
 */
export function toldTogether(steps: readonly Told[]): Committed[] {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  const isOnlyWords = steps.every(({ commit }) => commit.isOnlySaid && commit.facts.every(isWords));
  if (!isOnlyWords) return steps.map((step) => committedOf(step, step, step.commit.facts));
  const facts = steps.flatMap(({ commit }) => commit.facts);
  return [committedOf(first, last, facts)];
}

function committedOf({ before }: Told, { commit }: Told, facts: readonly Fact[]): Committed {
  const { id, siteId, customerId, state, summary } = commit.conversation;
  return {
    conversation: { id, siteId, customerId },
    before: before.state,
    facts,
    state,
    summary: { id, seq: state.seq, ...summary, ...queuedOf(state) },
  };
}
