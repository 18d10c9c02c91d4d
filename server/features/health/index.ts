import type { FastifyPluginAsync } from 'fastify';

/** `/healthz`: the process lives. `/readyz`: it can do its work; with Redis away it still can, only less well. */
export const health: FastifyPluginAsync = async (app) => {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });

  app.get('/healthz', { schema: { tags: ['operator'] } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { schema: { tags: ['operator'] } }, async (request, reply) => {
    const database = await app.store.ping().then(
      () => true,
      (error) => {
        request.log.warn({ err: error }, 'database does not answer');
        return false;
      },
    );
    const redis = app.doorbell.isLinked();
    const isReady = database && !isStopping;
    const status = !isReady ? 'unready' : redis === false ? 'degraded' : 'ready';
    return reply.code(isReady ? 200 : 503).send({ status, database, redis, isStopping });
  });
};
