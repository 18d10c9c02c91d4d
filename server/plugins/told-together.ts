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
 * Words that one conversation gained in one commit, one behind the other, are told together: everybody who listens is
 * called, and every reader written to, once. Whatever else happened is told by itself: a change in between, asked for a
 * person and taken back, must not go unseen.
 * @param steps of one conversation, in their order
 */
export function toldTogether(steps: readonly Told[]): Committed[] {
  const told: Committed[] = [];
  for (let from = 0; from < steps.length; ) {
    let to = from + 1;
    if (isOnlyWords(steps[from])) while (isOnlyWords(steps[to])) to += 1;
    const together = steps.slice(from, to);
    const [first, last] = [together[0], together.at(-1)];
    if (first !== undefined && last !== undefined) {
      told.push(committedOf(first, last, to - from === 1 ? first.commit.facts : together.flatMap(factsOf)));
    }
    from = to;
  }
  return told;
}

const factsOf = ({ commit }: Told) => commit.facts;
const isOnlyWords = (step: Told | undefined): boolean =>
  step?.commit.isOnlySaid === true && step.commit.facts.every(isWords);

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
