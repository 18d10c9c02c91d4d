import type { FastifyInstance } from 'fastify';
import type { Mailer } from '../../notify/email.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import type { UntoldReceipt } from '../../store/receipts.ts';
import { howToAnswer, wayBack } from './way-back.ts';

/** Which line of the ledger of receipts a job is about. */
type About = Pick<UntoldReceipt, 'conversationId' | 'about'>;

const kind = 'feedback-changed';
const retries = 6;
/** Changes that nobody planned to tell are looked for this often: their server died right behind the commit. */
const sweepEveryMs = 60_000;
/** A letter that nobody took in this time is planned anew. */
const againMs = 15 * 60_000;
/** What has not been told for so long is not told by mail any more; in the chat it stands for ever. */
const newsForMs = 24 * 60 * 60_000;

/**
 * Tells a customer who left an address that their feedback led to a change. The ledger says what is to be told: its row
 * is written with the fact, and marked once the mail server has taken the letter. So a process that dies in between
 * sends one letter twice, under one Message-ID, rather than none.
 */
export async function tellOfChanges(
  app: FastifyInstance,
  mailer: Mailer,
  publicUrl: string | null,
): Promise<void> {
  const { store, sites, jobs, bus, continueLinks, log } = app;

  await jobs.work<About>(kind, retries, async ({ data: { conversationId, about } }) => {
    const receipt = await store.receipts.untold(conversationId, about);
    const [conversation] = await store.conversations.byIds([conversationId]);
    const email = conversation?.state.followUp?.email;
    if (receipt === null || conversation === undefined || email === undefined) return;
    const site = await sites.byId(receipt.siteId);
    if (site === null) return;
    const token = continueLinks.sign(conversationId, email, Date.now());
    await mailer.write({
      to: email,
      id: jobIdOf(kind, conversationId, about, receipt.reviewedAt),
      subject: `We changed what you told ${site.title}`,
      text: letterOf(site.title, receipt, wayBack(site, conversation.summary.context, publicUrl, token)),
    });
    await store.receipts.setTold(receipt, Date.now());
  });

  const plan = (receipts: readonly Omit<UntoldReceipt, 'siteId' | 'word'>[]) =>
    jobs.plan(
      kind,
      receipts.map(({ conversationId, about, reviewedAt }) => ({
        id: jobIdOf(kind, conversationId, about, reviewedAt, Math.floor((Date.now() - reviewedAt) / againMs)),
        data: { conversationId, about },
        dueAt: Date.now(),
      })),
    );

  bus.on('committed', ({ conversation: { id: conversationId }, facts, state: { followUp } }) => {
    const changed = facts.flatMap((fact) =>
      fact.type === 'feedback.reviewed' && fact.status === 'changed'
        ? [{ conversationId, about: String(fact.about), reviewedAt: fact.at }]
        : [],
    );
    if (followUp === null || changed.length === 0) return;
    plan(changed).catch((error) =>
      log.warn({ err: error, conversationId }, 'change not planned to be told; the next sweep does it'),
    );
  });

  const sweep = () => {
    const now = Date.now();
    store.receipts
      .untoldBetween(now - newsForMs, now)
      .then(plan)
      .catch((error) => log.warn({ err: error }, 'changes that are untold not looked for this time'));
  };
  const timer = setInterval(sweep, sweepEveryMs);
  app.addHook('onClose', async () => clearInterval(timer));
  app.addHook('onReady', async () => sweep());
}

/** What they told, in a word, and what became of it. */
function letterOf(title: string, { about, word }: UntoldReceipt, way: string | null): string {
  const told =
    about === 'conversation' || about === 'handoff'
      ? 'You told us how it was. We changed something because of it.'
      : 'You told us that an answer was wrong. We changed it. Try again: ask once more.';
  return (
    `${told}\n\n${word.trim() === '' ? '' : `${word.trim()}\n\n`}${howToAnswer(way)}` +
    `You get this because you left this address in the chat of ${title}. It is used for what comes of this conversation only.\n`
  );
}
