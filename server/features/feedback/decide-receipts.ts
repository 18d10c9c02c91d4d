import type { FastifyInstance } from 'fastify';
import type { ReviewStatus } from '../../../protocol/feedback.ts';
import type { WeakStatus } from '../../../protocol/weak-questions.ts';
import { mayMove } from '../../domain/receipts.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import type { QuestionAt } from '../../store/weak-counts.ts';
import type { OwedQuestion, OwedReceipt } from '../../store/weak-receipts.ts';

/** What a decision on a question is for each feedback on it. */
const statusOf: Readonly<Record<WeakStatus, ReviewStatus | null>> = {
  open: null,
  taken: 'looked_at',
  guided: 'changed',
  declined: 'not_changed',
};
/** What a process that died has left undone is looked for this often. */
const sweepEveryMs = 30_000;

/**
 * Decides the receipts of a question's feedback with it, so that every customer who gave some hears what came of it. The
 * table says which questions are owed that; each receipt is reviewed by the same command as one by one, in the name of
 * who decided. Twice is once: the same decision has the same cid, and what has been said already is refused.
 * @param onSettled told of each question whose receipts say now what was decided
 * @returns looks now, for whoever has just decided
 */
export function decideReceipts(
  app: FastifyInstance,
  onSettled: (questions: readonly QuestionAt[]) => void,
): () => void {
  const { store, engine, log, bus } = app;
  let running: Promise<void> | null = null;
  let isAsked = false;
  let isClosing = false;

  const review = async ({ id, siteId, standing }: OwedQuestion, { conversationId, turn }: OwedReceipt) => {
    const status = statusOf[standing.status];
    const { by, sinceAt, reason } = standing;
    if (status === null || by === null) return;
    const agent = { ...by, siteIds: [siteId], email: '', role: 'lead', availability: 'away' } as const;
    const word = status === 'not_changed' ? reason : '';
    const cid = jobIdOf('weak question', id, sinceAt, conversationId, turn);
    await engine
      .forAgent(agent, 'feedback:review', { cid, conversationId, about: turn, status, word })
      .catch((error: unknown) => {
        // Somebody was faster, one by one; or the customer has taken it back, or is gone.
        if (!(error instanceof RefusalError) || error.code === 'unavailable') throw error;
      });
  };

  const decide = async (question: OwedQuestion) => {
    const wanted = statusOf[question.standing.status];
    let last: OwedReceipt | null = null;
    let failed: unknown = null;
    while (wanted !== null && !isClosing) {
      const page: OwedReceipt[] = await store.weakReceipts.receipts(question, last);
      for (const receipt of page) {
        if (isClosing || !mayMove(receipt.status, wanted)) continue;
        // One that cannot be reviewed now holds up no other.
        await review(question, receipt).catch((error: unknown) => {
          failed = error;
        });
      }
      last = page.at(-1) ?? null;
      if (last === null) break;
    }
    if (failed !== null) throw failed;
    if (isClosing) return;
    await store.weakReceipts.settle(question.id, question.owed, Date.now());
    onSettled([question]);
  };

  const sweep = async () => {
    let question = await store.weakReceipts.owed(null);
    while (question !== null && !isClosing) {
      const { id } = question;
      await decide(question).catch((error: unknown) =>
        log.warn({ err: error, question: id }, 'feedback on a decided question not reviewed; tried again'),
      );
      question = await store.weakReceipts.owed(id);
    }
  };
  const look = () => {
    isAsked = true;
    running ??= (async () => {
      while (isAsked && !isClosing) {
        isAsked = false;
        await sweep();
      }
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'decided questions not looked for this time'))
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(look, sweepEveryMs);
  bus.on('guidance', look);
  app.addHook('onReady', async () => look());
  app.addHook('onClose', async () => {
    isClosing = true;
    clearInterval(timer);
    await running;
  });
  return look;
}
