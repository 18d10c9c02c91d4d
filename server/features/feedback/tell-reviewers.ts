import type { FastifyInstance } from 'fastify';
import { rooms } from '../../plugins/realtime.ts';
import type { QuestionAt } from '../../store/weak-counts.ts';

/** What changes within this time is told together: nobody reads faster, and each list that is open is read again. */
const gatherMs = 500;
/** More are not named. */
const mostNamed = 200;

/**
 * Tells those who have weak questions open that these read otherwise now. No more than that: what they say is asked for
 * by whoever may read it. What gets lost on the way is found when they look again by themselves.
 */
export function tellReviewers(app: FastifyInstance): (changed: readonly QuestionAt[]) => void {
  const { realtime, bus, store, log } = app;
  const gathered = new Map<string, { readonly ids: Set<string>; readonly timer: NodeJS.Timeout }>();

  const tellNow = (siteId: string) => {
    const ids = [...(gathered.get(siteId)?.ids ?? [])];
    gathered.delete(siteId);
    const named = ids.length > mostNamed ? [] : ids;
    realtime.desk.to(rooms.reviewers(siteId)).emit('questions:changed', { ids: named });
  };
  const tell = (changed: readonly QuestionAt[]) => {
    for (const { id, siteId } of changed) {
      const site = gathered.get(siteId) ?? {
        ids: new Set<string>(),
        timer: setTimeout(() => tellNow(siteId), gatherMs),
      };
      gathered.set(siteId, site);
      site.ids.add(id);
    }
  };
  bus.on('guidance', ({ id }) => {
    store.weakQuestions
      .ofGuidance(id)
      .then(tell, (error: unknown) =>
        log.warn({ err: error }, 'reviewers not told; they look by themselves'),
      );
  });
  app.addHook('onClose', async () => {
    for (const { timer } of gathered.values()) clearTimeout(timer);
  });
  return tell;
}
