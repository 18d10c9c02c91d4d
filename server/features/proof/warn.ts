import type { FastifyInstance } from 'fastify';
import type { Mailer } from '../../notify/email.ts';
import { oneLine } from '../../notify/message.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import type { Harmful } from '../../store/proof-warnings.ts';

/** Which stretch of a guidance a job is about. */
type About = Pick<Harmful, 'guidanceId' | 'stretch'>;

const kind = 'guidance-worse';
const retries = 5;

/**
 * Tells those who may take it back that a live guidance made things worse: once a stretch, by mail. The row of the proof
 * says who has not been told, so that a process that dies in between tells twice, under one Message-ID, rather than
 * not at all. What failed for good is planned again with the next measurement.
 * @returns plans what is untold of a site
 */
export async function warnOfHarm(
  { store, jobs }: FastifyInstance,
  mailer: Mailer,
  urlOf: (path: string) => string,
): Promise<(siteId: string) => Promise<void>> {
  await jobs.work<About>(kind, retries, async ({ data: { guidanceId, stretch } }) => {
    const harmful = await store.proofWarnings.one(guidanceId, stretch);
    if (harmful === null) return;
    for (const { id, email } of await store.proofWarnings.approvers(harmful.siteId)) {
      await mailer.write({
        to: email,
        id: jobIdOf(kind, guidanceId, stretch, id),
        subject: `A guidance made things worse at ${oneLine(harmful.siteTitle, 80)}`,
        text: letterOf(harmful, urlOf('guidance?effect=worse')),
      });
    }
    await store.proofWarnings.setTold(guidanceId, stretch, Date.now());
  });

  return async (siteId) => {
    const harmful = await store.proofWarnings.ofSite(siteId);
    await jobs.plan(
      kind,
      harmful.map(({ guidanceId, stretch, measuredAt }) => ({
        id: jobIdOf(kind, guidanceId, stretch, measuredAt),
        data: { guidanceId, stretch },
        dueAt: Date.now(),
      })),
    );
  };
}

/** Without the customers' words: the first example is one that a colleague has approved. */
const letterOf = ({ siteTitle, question, version, before, after }: Harmful, url: string) =>
  [
    `Since version ${version} of the guidance for “${oneLine(question, 200)}” is live at ${oneLine(siteTitle, 80)}, customers ` +
      'fare worse on its topic than before, and by more than chance would explain.',
    `Cases: ${before.down.of} before, ${after.down.of} after. With a thumb down: ${before.down.part}, then ${after.down.part}. ` +
      `Asked for a person: ${before.handed.part}, then ${after.handed.part}. Back within 72 hours: ${before.back.part} of ` +
      `${before.back.of}, then ${after.back.part} of ${after.back.of}.`,
    `Look at the proof, and change it or take it back:\n${url}`,
    'You get this once, because you may approve guidance of this site.\n',
  ].join('\n\n');
