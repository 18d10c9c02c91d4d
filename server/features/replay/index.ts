import type { FastifyPluginAsync } from 'fastify';
import type { ReplayWorld } from '../../replay/prepare.ts';
import { caseRoutes } from './cases.ts';
import { createRunner } from './runner.ts';
import { runRoutes } from './runs.ts';

/** Guidance tried against the live bot (docs/replay.md): what is tried, runs of it, and what came of them. */
export const replay: FastifyPluginAsync<Omit<ReplayWorld, 'store'>> = async (app, settings) => {
  const runner = await createRunner(app, settings);
  await app.register(caseRoutes);
  await app.register(runRoutes, { runner });
};
