import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import type { AuditDetail } from '../../../protocol/audit-log.ts';
import { Problem } from '../../../protocol/errors.ts';
import { FeedbackFilter, FeedbackPage, ReceiptFigures, ReceiptQuery } from '../../../protocol/feedback.ts';
import { exact } from '../../../protocol/ids.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { readCursor } from '../../reads/cursor.ts';
import { feedbackCursor } from '../../store/feedback.ts';
import type { QuestionAt } from '../../store/weak-counts.ts';
import { decideReceipts } from './decide-receipts.ts';
import { keepQuestions } from './keep-questions.ts';
import { questions } from './questions.ts';
import { tellReviewers } from './tell-reviewers.ts';

const problem = { default: Problem };
const security = [{ agent: [] }];

const PageQuery = exact({
  ...FeedbackFilter.properties,
  cursor: Type.Optional(Type.String({ maxLength: 120 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});

/** What customers said about answers, conversations and handoffs: to look through; taken along by features/exports. */
export const feedback: FastifyPluginAsync = async (app) => {
  const { store, identity, auditLog } = app;
  const tell = tellReviewers(app);
  const decide = decideReceipts(app, tell);
  const onChanged = (changed: readonly QuestionAt[]) => {
    decide();
    tell(changed);
  };
  const { isComplete } = keepQuestions(app, onChanged);
  await app.register(questions, { isComplete, onChanged });

  app.get<{ Querystring: FeedbackFilter & { cursor?: string; limit?: number } }>(
    '/v1/feedback',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'What customers said of answers, conversations and handoffs, newest first',
        querystring: PageQuery,
        response: { 200: FeedbackPage, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'feedback:read' });
      const { cursor: text, limit = 50, ...filter } = request.query;
      const cursor = readCursor(text, feedbackCursor);
      // What was searched for says more than that somebody looked.
      const { text: words = '' } = filter;
      const look = words === '' ? 'feedback.read' : 'feedback.searched';
      const detail: AuditDetail = words === '' ? {} : { text: words };
      auditLog.noteRead({ by: actorOf(agent), action: look, siteIds: agent.siteIds, detail });
      return store.feedback.page(agent.siteIds, filter, { cursor, limit });
    },
  );

  app.get<{ Querystring: ReceiptQuery }>(
    '/v1/feedback/receipts',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'What has become of the feedback that was received in a time',
        querystring: ReceiptQuery,
        response: { 200: ReceiptFigures, ...problem },
      },
    },
    async (request) => {
      const { siteIds } = await identity.agent(request.headers, { isWrite: false, may: 'feedback:read' });
      const { from = 0, until = Number.MAX_SAFE_INTEGER } = request.query;
      return store.receipts.figures(siteIds, from, until);
    },
  );
};
