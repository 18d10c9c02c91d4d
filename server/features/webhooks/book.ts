import type { FastifyInstance } from 'fastify';

/** One that is added or resumed elsewhere hears of what happens here after this time; the sweep finds what it missed. */
const readEveryMs = 5_000;

/** Which webhooks send, by site, in memory: every commit asks. */
export interface WebhookBook {
  ofSite(siteId: string): readonly string[];
  all(): readonly string[];
  read(): Promise<void>;
}

export async function openBook(app: FastifyInstance): Promise<WebhookBook> {
  const { store, log } = app;
  let bySite = new Map<string, string[]>();
  const read = async () => {
    const found = new Map<string, string[]>();
    for (const { id, siteId } of await store.webhooks.sending()) {
      found.set(siteId, [...(found.get(siteId) ?? []), id]);
    }
    bySite = found;
  };
  const timer = setInterval(() => {
    read().catch((error) => log.debug({ err: error }, 'webhooks not read this time'));
  }, readEveryMs);
  app.addHook('onClose', async () => clearInterval(timer));
  await read();
  return {
    ofSite: (siteId) => bySite.get(siteId) ?? [],
    all: () => [...bySite.values()].flat(),
    read,
  };
}
