import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync } from 'fastify';
import { measureSite } from './measure.ts';
import { routes } from './routes.ts';

/** A site whose guidance has changed is looked for this often; one where it has not, at its time. */
const lookEveryMs = 5_000;
/** Measured again after this time, and after so many times as long as it took: one part in twenty of a core at most. */
const [againMs, restShare] = [15 * 60_000, 20];
/** After a failure it is tried again. */
const failedMs = 60_000;

/** Proof: what guidance has changed, measured beside the conversations by whichever process takes a site on. */
export const proof: FastifyPluginAsync = async (app) => {
  const { store, log } = app;
  const closing = new AbortController();
  const { signal } = closing;

  /** @returns whether there was a site to measure */
  const measureOne = async (): Promise<boolean> => {
    const round = await store.proofs.claim(Date.now());
    if (round === null) return false;
    const now = Date.now();
    const begunAt = performance.now();
    try {
      await measureSite(store, round.siteId, now, signal);
      const tookMs = performance.now() - begunAt;
      await store.proofs.finish(round, Math.round(Date.now() + Math.max(againMs, restShare * tookMs)));
    } catch (error) {
      // Not `revision`: what has changed has not been measured. Without waiting it would fail over and over.
      if (!signal.aborted)
        log.warn({ err: error, siteId: round.siteId }, 'proof not made this time; tried again');
      const until = signal.aborted ? 0 : Date.now() + failedMs;
      await store.proofs.release(round.siteId, until);
    }
    return true;
  };
  const keepMeasuring = async () => {
    while (!signal.aborted) {
      const wasBusy = await measureOne().catch((error: unknown) => {
        log.debug({ err: error }, 'no site looked for to be proven this time');
        return false;
      });
      if (!wasBusy) await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  let working: Promise<void> = Promise.resolve();
  app.addHook('onReady', async () => {
    working = keepMeasuring();
  });
  app.addHook('onClose', async () => {
    closing.abort();
    await working;
  });
  await app.register(routes);
};
