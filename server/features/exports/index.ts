import type { FastifyPluginAsync } from 'fastify';
import { createMaker } from './maker.ts';
import { exportRoutes } from './routes.ts';
import { scheduleRoutes } from './schedules.ts';
import { streamRoute } from './stream.ts';

/** What was said, to take along: at once as a stream, as a job with a file, and again and again (docs/exports.md). */
export const exportsFeature: FastifyPluginAsync = async (app) => {
  const maker = await createMaker(app);
  await app.register(streamRoute);
  await app.register(exportRoutes, { maker });
  await app.register(scheduleRoutes);
};
