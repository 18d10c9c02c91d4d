import type { FastifyPluginAsync } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import { PromisePage, PromiseQuery, PromiseRate, PromiseRateQuery } from '../../../protocol/promise.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCursor } from '../../reads/cursor.ts';
import { promiseCursor } from '../../store/promises.ts';

const problem = { default: Problem };
const security = [{ agent: [] }];
const tags = ['agent'];

/** The ledger as agents read it; what they do about it are commands (features/desk). */
export const routes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits } = app;

  app.get<{ Querystring: PromiseQuery }>(
    '/v1/desk/promises',
    {
      schema: {
        tags,
        security,
        summary: 'Promises to customers: the own ones, or all of the own sites',
        querystring: PromiseQuery,
        response: { 200: PromisePage, ...problem },
      },
    },
    async (request) => {
      const { id, siteIds } = await identity.agent(request.headers, {
        isWrite: false,
        may: 'conversations:read',
      });
      await limits.agent(id);
      const { view, state, after: text, limit = 50 } = request.query;
      const after = readCursor(text, promiseCursor, 'after');
      const ownerId = view === 'mine' ? id : null;
      return store.promises.page({ siteIds, ownerId, isOpen: state === 'open', after, limit });
    },
  );

  app.get<{ Querystring: PromiseRateQuery }>(
    '/v1/desk/promises/rate',
    {
      schema: {
        tags,
        security,
        summary: 'What became of the promises that were made in a time, by kind',
        querystring: PromiseRateQuery,
        response: { 200: PromiseRate, ...problem },
      },
    },
    async (request) => {
      const { id, siteIds } = await identity.agent(request.headers, {
        isWrite: false,
        may: 'conversations:read',
      });
      await limits.agent(id);
      const { from = 0, to = Number.MAX_SAFE_INTEGER, site: key } = request.query;
      if (key === undefined) return store.promises.rate(siteIds, from, to);
      const site = await store.sites.byKey(key);
      // Not there and not yours look the same.
      if (site === null || !siteIds.includes(site.id)) throw new RefusalError('not_found');
      return store.promises.rate([site.id], from, to);
    },
  );
};
