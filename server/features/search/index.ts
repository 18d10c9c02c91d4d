import type { FastifyPluginAsync } from 'fastify';
import { keepIndex } from './keep-index.ts';
import { routes } from './routes.ts';

/** Full-text search over transcripts: what was said is read into an index a moment later, and found there. */
export const search: FastifyPluginAsync = async (app) => {
  await app.register(keepIndex);
  await app.register(routes);
};
