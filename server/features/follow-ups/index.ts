import type { FastifyPluginAsync } from 'fastify';
import type { Fact } from '../../../protocol/conversation.ts';
import { createMailer, type Mailer } from '../../notify/email.ts';
import { isOurFault } from '../../plugins/errors.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import { tellOfChanges } from './changed.ts';
import { howToAnswer, wayBack } from './way-back.ts';

interface FollowUpSettings {
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  /** Where `/continue/…` can be reached; null: letters lead to the customer's own page alone. */
  readonly publicUrl: string | null;
}

const kind = 'follow-up';
/** Tries beyond the first, each twice as late: some ten minutes in all. After that the sweep begins anew. */
const retries = 6;
/** What is written within this time goes as one letter. */
const gatherMs = 10_000;
/** Answers that nobody planned to send are looked for this often: their server died right behind the commit. */
const sweepEveryMs = 60_000;
/** Longest letter, characters; the conversation itself has the rest. */
const longest = 20_000;

/**
 * Keeps the promise of `followup.asked`: what people write to a customer who left an address goes there, too. Sent at
 * least once: a letter is told in the conversation (`followup.sent`) after the mail server has taken it, so that one
 * whose process dies in between goes twice rather than not at all.
 */
export const followUps: FastifyPluginAsync<FollowUpSettings> = async (
  app,
  { smtpUrl, mailFrom, publicUrl },
) => {
  // Without mail nobody is offered this; see `hasEmail`.
  if (smtpUrl === null || mailFrom === null) return;
  const { store, sites, jobs, bus, engine, continueLinks, log } = app;
  const mailer: Mailer = createMailer({ smtpUrl, from: mailFrom });
  app.addHook('onClose', async () => mailer.close());

  await tellOfChanges(app, mailer, publicUrl);

  await jobs.work<{ conversationId: string }>(kind, retries, async ({ data: { conversationId } }) => {
    const [conversation] = await store.conversations.byIds([conversationId]);
    const followUp = conversation?.state.followUp ?? null;
    if (conversation === undefined || followUp === null) return;
    const { email, through } = followUp;
    const { facts } = await store.conversations.factsAfter(conversationId, through);
    const said = facts.filter(isByPerson);
    const last = said.at(-1);
    if (last === undefined) return;
    const site = await sites.byId(conversation.siteId);
    if (site === null) return;
    const token = continueLinks.sign(conversationId, email, Date.now());
    const way = wayBack(site, conversation.summary.context, publicUrl, token);
    await mailer.write({
      to: email,
      id: jobIdOf(conversationId, last.seq),
      subject: `Your answer from ${site.title}`,
      text: letterOf(site.title, said, way),
    });
    try {
      await engine.forServer(conversationId, { name: 'followup:sent', through: last.seq });
    } catch (error) {
      // Told by another process, or the customer has asked anew meanwhile.
      if (isOurFault(error)) throw error;
    }
  });

  /** One letter for all that is written until it goes: the job's id comes from what has gone before. */
  const plan = (conversationId: string, through: number, dueAt: number) =>
    jobs.plan(kind, [{ id: jobIdOf(conversationId, through), data: { conversationId }, dueAt }]);

  bus.on('committed', ({ conversation: { id }, facts, state: { followUp } }) => {
    if (followUp === null || !facts.some(isByPerson)) return;
    plan(id, followUp.through, Date.now() + gatherMs).catch((error) =>
      log.warn({ err: error, conversationId: id }, 'letter not planned; the next sweep does it'),
    );
  });

  const sweep = () => {
    store.queueHistory
      .unsentFollowUps(Date.now() - sweepEveryMs)
      .then((lost) => Promise.all(lost.map(({ id, through }) => plan(id, through, Date.now()))))
      .catch((error) => log.warn({ err: error }, 'unsent letters not looked for this time'));
  };
  const timer = setInterval(sweep, sweepEveryMs);
  app.addHook('onClose', async () => clearInterval(timer));
  app.addHook('onReady', async () => sweep());
};

type ByPerson = Extract<Fact, { type: 'message.sent' }>;
const isByPerson = (fact: Fact): fact is ByPerson => fact.type === 'message.sent' && fact.by.kind === 'agent';

/** What was written, in plain words, and the way back to the conversation. */
function letterOf(title: string, said: readonly ByPerson[], way: string | null): string {
  const words = said.map(({ by, text }) => `${by.kind === 'agent' ? by.name : ''}:\n${text}`).join('\n\n');
  return (
    `${words.slice(0, longest)}\n\n${howToAnswer(way)}` +
    `You get this because you left this address in the chat of ${title}. It is used for what comes of this conversation only.\n`
  );
}
