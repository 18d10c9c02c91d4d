import { createClient } from 'redis';
import { vi } from 'vitest';
import type { Config } from '../../server/config.ts';
import { connectAgent } from './clients.ts';
import { createDatabase, startTestServer, type TestServer } from './server.ts';

export const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

export async function redisAnswers(): Promise<boolean> {
  const client = createClient({ url: redisUrl, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.close();
    return true;
  } catch {
    return false;
  }
}

/** Two servers on one database and one Redis, which hear each other. */
export async function startTwoNodes(adminUrl: string, settings: Partial<Config>) {
  const database = await createDatabase(adminUrl);
  const own = { ...settings, redisUrl };
  const a = await startTestServer(adminUrl, own, database.url);
  const b = await startTestServer(adminUrl, own, database.url);
  const site = await a.addSite({ kind: 'page' });
  await untilHeard(a, b, site);
  await untilHeard(b, a, site);
  return {
    nodes: [a, b] as const,
    async close() {
      await Promise.all([a.close(), b.close()]);
      await database.drop();
    },
  };
}

/** A server joins the stream a moment after it has started: asked again until one event has come across. */
async function untilHeard(from: TestServer, to: TestServer, site: Parameters<TestServer['addAgent']>[0]) {
  const agent = await to.addAgent(site);
  const desk = await connectAgent(to.url, agent.cookie);
  let isHeard = false;
  desk.socket.on('availability', () => {
    isHeard = true;
  });
  await vi.waitUntil(
    () => {
      from.app.realtime.desk.to(`agent:${agent.id}`).emit('availability', { availability: 'online' });
      return isHeard;
    },
    { timeout: 30_000, interval: 100 },
  );
  desk.close();
}
