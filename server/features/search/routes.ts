import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../../protocol/errors.ts';
import { exact } from '../../../protocol/ids.ts';
import { SearchFilter, SearchPage } from '../../../protocol/search.ts';
import { parseSearch } from '../../domain/search.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCursor } from '../../reads/cursor.ts';
import { SearchTooSlow, searchCursor } from '../../store/search.ts';
import { storableText } from '../../store/storable.ts';

const Query = exact({
  q: Type.String({
    maxLength: 200,
    description: 'words, "phrases", -without, OR; the last word may be unfinished',
  }),
  ...SearchFilter.properties,
  cursor: Type.Optional(Type.String({ maxLength: 160 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
});

export const routes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, sites, auditLog } = app;

  app.get<{ Querystring: SearchFilter & { q: string; cursor?: string; limit?: number } }>(
    '/v1/desk/search',
    {
      schema: {
        tags: ['agent'],
        security: [{ agent: [] }],
        summary: 'Lines of transcripts and notes in which the words are, newest first',
        querystring: Query,
        response: { 200: SearchPage, default: Problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'conversations:read' });
      await limits.agent(agent.id);
      const { q, site: key, cursor: text, limit = 30, ...filter } = request.query;
      const cursor = readCursor(text, searchCursor);
      const query = parseSearch(q);
      if (query === null) return { hits: [], next: null };
      const siteIds =
        key === undefined ? agent.siteIds : agent.siteIds.filter((id) => sites.kept(id)?.key === key);
      const detail = { text: storableText(q.slice(0, 200)) };
      auditLog.noteRead({ by: actorOf(agent), action: 'conversation.searched', siteIds, detail });
      try {
        return await store.search.find({ siteIds, query, filter, cursor, limit });
      } catch (error) {
        if (!(error instanceof SearchTooSlow)) throw error;
        throw new RefusalError('search_too_slow');
      }
    },
  );
};
