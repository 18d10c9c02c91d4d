import type { FastifyPluginAsync } from 'fastify';
import { jobIdOf } from '../../plugins/jobs.ts';
import { dueAtOnce } from '../../store/webhook-cursors.ts';
import { openBook } from './book.ts';
import { createDelivery, type DeliverySettings } from './deliver.ts';
import { createLanes, type RunResult } from './lanes.ts';
import { routes } from './routes.ts';

const kind = 'webhook-retry';
/** What nobody sends is looked for this often: its process died behind the commit, or its job was lost. */
const sweepEveryMs = 60_000;

/**
 * Tells a company's own systems of every fact that a customer may see (docs/webhooks.md): at least once, and in order
 * within each conversation.
 *
 * committed -> a place in the webhook's lane -> sent from the cursor on -> a job for the next try, if it failed
 *
 * Nothing on this way is needed to survive: the cursors in the database say what is left, and the sweep begins with it.
 * So a commit waits for none of it, and costs nothing where a site has no webhook.
 */
export const webhooks: FastifyPluginAsync<DeliverySettings & { outboundAllow: readonly string[] }> = async (
  app,
  { outboundAllow, ...settings },
) => {
  const { store, bus, jobs, log } = app;
  const book = await openBook(app);
  const stopping = new AbortController();
  /** Webhooks of which the database holds more than was fetched. */
  const unread = new Set<string>();

  const planRetry = (
    { webhookId, conversationId }: { webhookId: string; conversationId: string },
    dueAt: number,
  ) =>
    jobs
      .plan(kind, [
        {
          id: jobIdOf(kind, webhookId, conversationId, dueAt),
          data: { webhookId, conversationId },
          dueAt,
        },
      ])
      .catch((error) => log.warn({ err: error, webhookId }, 'retry not planned; the sweep does it'));
  const readBook = () =>
    book.read().catch((error) => log.warn({ err: error }, 'webhooks not read; they are in a moment'));

  const deliver = createDelivery(app, settings, planRetry, () => void readBook());
  const run = async (webhookId: string, conversationId: string): Promise<RunResult> => {
    try {
      return await deliver(webhookId, conversationId, stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) {
        log.warn({ err: error, webhookId, conversationId }, 'not sent; the sweep comes back to it');
      }
      return 'idle';
    }
  };

  /** Begins with what is due in the database: all of it, a part at a time. */
  const fetchDue = async (webhookId: string): Promise<void> => {
    const due = await store.webhookCursors.due(webhookId, Date.now());
    if (due.length === dueAtOnce) unread.add(webhookId);
    for (const conversationId of due) lanes.begin(webhookId, conversationId);
  };
  const fetchDueLater = (webhookId: string) => {
    fetchDue(webhookId).catch((error) => log.warn({ err: error, webhookId }, 'the sweep comes back to it'));
  };
  const lanes = createLanes(run, (webhookId) => {
    if (unread.delete(webhookId)) fetchDueLater(webhookId);
  });

  await jobs.work<{ webhookId: string; conversationId: string }>(kind, 0, async ({ data }) =>
    lanes.begin(data.webhookId, data.conversationId),
  );

  bus.on('committed', ({ conversation: { id, siteId } }) => {
    for (const webhookId of book.ofSite(siteId)) lanes.begin(webhookId, id);
  });

  const sweep = async () => {
    for (const webhookId of book.all()) {
      await store.webhookCursors.sweep(webhookId, Date.now());
      await fetchDue(webhookId);
    }
  };
  const sweepNow = () => {
    sweep().catch((error) => log.warn({ err: error }, 'unsent facts not looked for this time'));
  };
  const timer = setInterval(sweepNow, sweepEveryMs);
  app.addHook('onReady', async () => sweepNow());
  // Before the database goes: what is under way is broken off, and stays due.
  app.addHook('onClose', async () => {
    clearInterval(timer);
    stopping.abort(new Error('the server stops'));
    await lanes.close();
  });

  await app.register(routes, {
    ...settings,
    outboundAllow,
    stop: stopping.signal,
    async onChanged(webhookId: string) {
      await readBook();
      fetchDueLater(webhookId);
    },
  });
};
