import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync } from 'fastify';
import { consolePageUrl } from '../../notify/console-url.ts';
import { createMailer } from '../../notify/email.ts';
import { measureSite } from './measure.ts';
import { routes } from './routes.ts';
import { warnOfHarm } from './warn.ts';

/** A site whose guidance has changed is looked for this often; one where it has not, at its time. */
const lookEveryMs = 5_000;
/** Measured again after this time, and after so many times as long as it took: one part in twenty of a core at most. */
const [againMs, restShare] = [15 * 60_000, 20];
/** After a failure it is tried again. */
const failedMs = 60_000;

interface ProofSettings {
  /** null: nobody is warned by mail; the console says it all the same. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  readonly publicUrl: string | null;
}

/** Proof: what guidance has changed, measured beside the conversations by whichever process takes a site on. */
export const proof: FastifyPluginAsync<ProofSettings> = async (app, { smtpUrl, mailFrom, publicUrl }) => {
  const { store, log } = app;
  const closing = new AbortController();
  const { signal } = closing;
  const mailer = smtpUrl === null ? null : createMailer({ smtpUrl, from: mailFrom ?? 'handrail@localhost' });
  const urlOf = (path: string) => consolePageUrl(app.server, publicUrl, path);
  const warn = mailer === null ? null : await warnOfHarm(app, mailer, urlOf);

  /** @returns whether there was a site to measure */
  const measureOne = async (): Promise<boolean> => {
    const round = await store.proofs.claim(Date.now());
    if (round === null) return false;
    const now = Date.now();
    const begunAt = performance.now();
    try {
      const isRead = await measureSite(store, round.siteId, now, signal);
      if (isRead) await warn?.(round.siteId);
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
    mailer?.close();
  });
  await app.register(routes);
};
