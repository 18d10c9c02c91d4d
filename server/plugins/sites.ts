import fp from 'fastify-plugin';
import type { Site } from '../store/sites.ts';

/** A site that is changed is the new one everywhere after this time. */
const readEveryMs = 5_000;

/** The sites, kept in memory: they change rarely, and every request and every command asks for one. */
export interface SiteBook {
  byId(id: string): Promise<Site | null>;
  /** Without waiting: null also for one that has been added just now. */
  kept(id: string): Site | null;
  /** Whether any site fits. Reads again before it says no, so that a site works as soon as it is added. */
  some(fits: (site: Site) => boolean): Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyInstance {
    sites: SiteBook;
  }
}

export default fp(
  async (app) => {
    const { store } = app;
    let sites: ReadonlyMap<string, Site> = new Map();
    let reading: Promise<void> | null = null;

    const read = (): Promise<void> => {
      reading ??= store.sites
        .all()
        .then((all) => {
          sites = new Map(all.map((site) => [site.id, site]));
        })
        .finally(() => {
          reading = null;
        });
      return reading;
    };
    const timer = setInterval(() => {
      read().catch((error) => app.log.debug({ err: error }, 'sites not read this time'));
    }, readEveryMs);
    app.addHook('onClose', async () => clearInterval(timer));
    await read();

    app.decorate('sites', {
      kept: (id) => sites.get(id) ?? null,
      async byId(id) {
        if (!sites.has(id)) await read();
        return sites.get(id) ?? null;
      },
      async some(fits) {
        if ([...sites.values()].some(fits)) return true;
        await read();
        return [...sites.values()].some(fits);
      },
    } satisfies SiteBook);
  },
  { name: 'sites', dependencies: ['store'] },
);
