import fp from 'fastify-plugin';
import { createClient } from 'redis';

/** While Redis is away what it should carry waits, up to this many commands; the rest is healed by seq. */
const mostQueued = 10_000;

const openRedis = (url: string) => createClient({ url, commandsQueueMaxLength: mostQueued });
export type RedisClient = ReturnType<typeof openRedis>;

declare module 'fastify' {
  interface FastifyInstance {
    /** What carries news between the nodes; null: there is one node only. It may be away at any time. */
    redis: RedisClient | null;
  }
}

export default fp<{ redisUrl: string | null }>(
  async (app, { redisUrl }) => {
    const redis = redisUrl === null ? null : openRedis(redisUrl);
    redis?.on('error', (error) => app.log.warn({ err: error }, 'redis'));
    // Not waited for: with Redis away this node still does all of its own work (D8), and links up once it is back.
    redis?.connect().catch((error) => app.log.warn({ err: error }, 'redis'));
    app.decorate('redis', redis);
    app.addHook('onClose', async () => redis?.destroy());
  },
  { name: 'redis' },
);
