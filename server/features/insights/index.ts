import type { FastifyPluginAsync } from 'fastify';
import { rulesFor } from '../../reads/insight-rules.ts';
import { routes } from './routes.ts';

/** What becomes of conversations, in figures: read from the facts a moment later, and shown by day. */
export const insights: FastifyPluginAsync = async (app) => {
  const { store, sites } = app;
  const { insightsReader } = store;
  const { isComplete } = app.keepBehindCommits({
    what: 'insights',
    read: (ids, atOnce) =>
      insightsReader.read(ids, {
        now: Date.now(),
        rulesOf: (siteId) => rulesFor(sites.kept(siteId)),
        atOnce,
      }),
    unread: insightsReader.unread,
    due: (limit) => insightsReader.due(Date.now(), limit),
  });
  await app.register(routes, { isComplete });
};
