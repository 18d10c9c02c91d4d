import fp from 'fastify-plugin';

/**
 * How long it is known what a command was answered with (D1). Browsers give up after a day; a client of somebody else's
 * may be slower.
 */
const commandsKeptMs = 30 * 24 * 60 * 60 * 1_000;
/** How long the tries of webhooks can be looked at, and what failed for good can be found to be sent again. */
const deliveriesKeptMs = 14 * 24 * 60 * 60 * 1_000;
/** A file that no message carries by then was taken back, or its sender has gone. */
const unattachedKeptMs = 24 * 60 * 60 * 1_000;
const everyMs = 60 * 60 * 1_000;

/** Clears away what has been kept long enough. Any number of processes may do it at once: each takes rows of its own. */
export default fp(
  async (app) => {
    const { store, log } = app;
    const clear = async () => {
      const before = Date.now() - commandsKeptMs;
      while ((await store.commits.forgetCommands(before)) > 0);
      const deliveredBefore = Date.now() - deliveriesKeptMs;
      while ((await store.webhookDeliveries.forget(deliveredBefore)) > 0);
      const unattachedBefore = Date.now() - unattachedKeptMs;
      while ((await store.files.forgetUnattached(unattachedBefore)) > 0);
    };
    const timer = setInterval(() => {
      clear().catch((error) => log.warn({ err: error }, 'what is old was not cleared this time'));
    }, everyMs);
    app.addHook('onClose', async () => clearInterval(timer));
  },
  { name: 'housekeeping', dependencies: ['store'] },
);
