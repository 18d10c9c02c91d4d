import type { FastifyInstance } from 'fastify';
import type { Fact } from '../../../protocol/conversation.ts';
import { gather } from '../../domain/weak/gathering.ts';
import { inSlices } from '../../retrieval/slices.ts';
import type { QuestionAt } from '../../store/weak-counts.ts';

/** Past questions that say what is rare at a site: more change little. */
const background = 1_500;

/** With these something may speak against an answer; a signal comes with a question, and the answer to it is next. */
const speaking = new Set<Fact['type']>([
  'answer.ended',
  'feedback.given',
  'answer.improved',
  'handoff.requested',
]);

/**
 * Gathers weak answers by question, a moment behind the commits.
 * @param onRead these read otherwise now, and something may be owed to those who gave feedback
 * @returns whether the past has been read
 */
export function keepQuestions(app: FastifyInstance, onRead: (counted: readonly QuestionAt[]) => void) {
  const { store } = app;
  return app.keepBehindCommits({
    what: 'weak answers',
    concerns: (facts) => facts.some(({ type }) => speaking.has(type)),
    unread: store.weakReader.unread,
    async read(ids, atOnce) {
      const { left, counted } = await store.weakReader.read(ids, {
        now: Date.now(),
        atOnce,
        async place(siteId, asked, anchors) {
          const isAlone = anchors.length === 0 && asked.length === 1;
          const past = isAlone ? [] : await store.liveGuidance.traffic(siteId, background);
          return inSlices(gather(asked, anchors, past));
        },
      });
      if (left.length < ids.length) onRead(counted);
      return left;
    },
  });
}
