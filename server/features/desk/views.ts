import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import { Board, ConversationPage, ConversationSummary } from '../../../protocol/agent.ts';
import { Problem } from '../../../protocol/errors.ts';
import { ConversationId, exact, Time } from '../../../protocol/ids.ts';
import { readCursor } from '../../reads/cursor.ts';
import { readable } from '../../reads/facts.ts';
import { viewCursor } from '../../store/desk-views.ts';

const problem = { default: Problem };
const tags = ['agent'];
const security = [{ agent: [] }];
/** The longest day that is counted: one of 25 hours, seen from a clock that is an hour off. */
const longestDayMs = 26 * 60 * 60_000;

/** What the desk shows beside the queue; read anew, not told live. */
export const views: FastifyPluginAsync = async (app) => {
  const { store, identity, limits } = app;

  app.get<{ Querystring: { cursor?: string; limit?: number } }>(
    '/v1/desk/conversations/all',
    {
      schema: {
        tags,
        security,
        summary: 'All conversations, the one that was begun last first',
        querystring: exact({
          cursor: Type.Optional(Type.String({ maxLength: 120 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        }),
        response: { 200: ConversationPage, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'conversations:read' });
      await limits.agent(agent.id);
      const { cursor: text, limit = 100 } = request.query;
      const cursor = readCursor(text, viewCursor);
      return store.deskViews.all(agent.siteIds, { cursor, limit });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/desk/conversations/:id/earlier',
    {
      schema: {
        tags,
        security,
        summary: 'Other conversations of the same customer, the newest first',
        params: exact({ id: ConversationId }),
        response: { 200: exact({ conversations: Type.Array(ConversationSummary) }), ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'conversations:read' });
      await readable(app, { kind: 'agent', agent }, request.params.id);
      return { conversations: await store.deskViews.earlier(agent.siteIds, request.params.id) };
    },
  );

  app.get<{ Querystring: { since: number } }>(
    '/v1/desk/board',
    {
      schema: {
        tags,
        security,
        summary: 'How things stand: who waits, who is there, what today has brought',
        querystring: exact({
          since: Type.Unsafe<number>({ ...Time, description: "the beginning of the reader's day" }),
        }),
        response: { 200: Board, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'insights:read' });
      await limits.agent(agent.id);
      const now = Date.now();
      return store.deskViews.board(agent.siteIds, Math.max(request.query.since, now - longestDayMs), now);
    },
  );
};
