import type { FastifyPluginAsync } from 'fastify';
import type { FactType } from '../../../protocol/conversation.ts';

/** What is searched, and what tells how a conversation stands and who has it. */
const readTypes: ReadonlySet<FactType> = new Set<FactType>([
  'message.sent',
  'answer.ended',
  'transcript.shared',
  'note.added',
  'conversation.started',
  'handoff.requested',
  'handoff.cancelled',
  'handoff.accepted',
  'handoff.transferred',
  'handoff.returned',
  'conversation.resolved',
  'conversation.reopened',
]);

/** Reads what was said into the search index, a moment behind it. Any number of processes may do it at once. */
export const keepIndex: FastifyPluginAsync = async (app) => {
  const { search } = app.store;
  app.keepBehindCommits({
    what: 'lines for the search',
    concerns: (facts) => facts.some(({ type }) => readTypes.has(type)),
    read: search.read,
    unread: search.unread,
  });
};
