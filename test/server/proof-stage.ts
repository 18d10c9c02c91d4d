import { expect, inject, vi } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import type { GuidanceProofs, Proof } from '../../protocol/proof.ts';
import type { FoundGuidance } from '../../server/domain/guidance.ts';
import { measureSite } from '../../server/features/proof/measure.ts';
import { rulesFor } from '../../server/reads/insight-rules.ts';
import { startMailServer } from '../support/mail-server.ts';
import { startTestServer } from '../support/server.ts';
import { liveSince, type TopicTold, topicStories } from '../support/topic-stories.ts';
import { putStories, type VisitStory } from '../support/visit-stories.ts';
import { inDatabase, noLimits } from './requests.ts';

const day = 86_400_000;

type Told = Pick<TopicTold, 'count' | 'down' | 'toPeople' | 'back'>;

/** A server with a past, in which guidance went live ten days ago. Its site is measured when a test says so. */
export async function openProofStage() {
  const now = Date.now();
  const begunAt = now - 10 * day;
  const mail = await startMailServer();
  const server = await startTestServer(inject('postgresUrl'), { ...noLimits, smtpUrl: mail.url });
  // What is put there as if it had happened long ago has not been told of in time.
  server.mayBeSilent();
  const site = await server.addSite({ kind: 'page' });
  const other = await server.addSite({ kind: 'page' });
  // Somebody else measures this site, as far as the server knows.
  await inDatabase(
    server.databaseUrl,
    'insert into insight_rounds (site_id, revision, next_at, claimed_until) values ($1, 0, 0, $2)',
    [site.id, now + day],
  );
  const cookies = new Map<Role, string>();
  for (const role of ['agent', 'product'] as const) {
    cookies.set(role, (await server.addAgent(site, role, role)).cookie);
  }

  const get = (path: string, role: Role = 'product') =>
    fetch(`${server.url}/v1/desk${path}`, { headers: { cookie: cookies.get(role) ?? '' } });
  const read = async <T>(path: string): Promise<T> => {
    const response = await get(path);
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as T;
  };
  const proofsOf = (id: string) => read<GuidanceProofs>(`/guidance/${id}/proof`);
  const put = async (stories: readonly VisitStory[], of = site) => {
    await putStories(server.store.db, stories);
    const ids = stories.map(({ id }) => id);
    const reading = { now, rulesOf: () => rulesFor(of) };
    await vi.waitUntil(() => server.store.insightsReader.read(ids, reading), { timeout: 10_000 });
    return stories;
  };
  return {
    now,
    begunAt,
    mail,
    server,
    site,
    other,
    get,
    read,
    proofsOf,
    put,
    async newest(id: string): Promise<Proof> {
      const [first] = (await proofsOf(id)).proofs;
      if (first === undefined) throw new Error('no proof');
      return first;
    },
    measure: (at = now) => measureSite(server.store, site.id, at, new AbortController().signal),
    /** Customers who ask this, in the ten days before the guidance and in those behind it. */
    async tell(question: string, before: Told, after: Told, guidance?: FoundGuidance) {
      const of = { siteId: site.id, question };
      const given = guidance === undefined ? {} : { guidance };
      await put([
        ...topicStories({ ...of, from: begunAt - 10 * day, to: begunAt - day, ...before }),
        ...topicStories({ ...of, from: begunAt, to: now - 4 * day, ...after, ...given }),
      ]);
    },
    since: (examples: string[], at = begunAt) =>
      liveSince(server.store.guidanceChanges, site.id, at, { examples }),
    async close() {
      await server.close();
      await mail.close();
    },
  };
}
export type ProofStage = Awaited<ReturnType<typeof openProofStage>>;

/** What a question gets that this guidance is for. */
export const given = (id: string): FoundGuidance => ({
  applied: { id, version: 1, kind: 'answer', score: 1, threshold: 1 },
  text: 'Within five days.',
});
