import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import type { Guidance, GuidancePage } from '../../protocol/guidance.ts';
import type { InsightsVisits } from '../../protocol/insights.ts';
import type { GuidanceEffects } from '../../protocol/proof.ts';
import { migrate, openDatabase } from '../../server/store/database.ts';
import { createStore } from '../../server/store/store.ts';
import { createDatabase } from '../support/server.ts';
import { byAda, liveSince, topicStories } from '../support/topic-stories.ts';
import { putStories } from '../support/visit-stories.ts';
import { given, openProofStage, type ProofStage } from './proof-stage.ts';
import { expectProblem, inDatabase } from './requests.ts';

const hour = 3_600_000;
const day = 24 * hour;

let stage: ProofStage;
beforeAll(async () => {
  stage = await openProofStage();
});
afterAll(() => stage.close());

describe('the proof of a guidance', () => {
  test('compares its topic before and after, by customers’ cases, with intervals', async () => {
    const { now, begunAt, other, proofsOf, put, measure, tell, since } = stage;
    const id = await since(['When does my new card arrive?']);
    await tell(
      '  when does my NEW card arrive ?!',
      { count: 61, down: 31, toPeople: 12, back: 20 },
      { count: 60, down: 5, toPeople: 10, back: 2 },
      given(id),
    );
    // Of another matter, and of another site: neither counts.
    await tell('How do I close my account?', { count: 30, down: 0 }, { count: 30, down: 30 });
    const elsewhere = { siteId: other.id, question: 'When does my new card arrive?' };
    await put(topicStories({ ...elsewhere, from: begunAt, to: now - 4 * day, count: 30, down: 30 }), other);
    await measure();

    const { proofs, isMeasured } = await proofsOf(id);
    expect([proofs.length, isMeasured]).toEqual([1, true]);
    const [proof] = proofs;
    // Who comes back is another case of the topic; the last one before it was written is what it was made from.
    expect(proof).toMatchObject({
      version: 1,
      from: begunAt,
      until: null,
      windows: { before: { from: begunAt - 10 * day, to: begunAt }, after: { from: begunAt, to: now } },
      cases: { before: 61 + 20 - 1, after: 60 + 2, given: 62, leftOut: 1 },
      sampled: 1,
      down: { before: { part: 31, of: 80 }, after: { part: 5, of: 62 }, verdict: 'better' },
      handed: { before: { part: 12 }, after: { part: 10 }, verdict: 'no_difference' },
      back: { before: { part: 20 }, after: { part: 2 }, verdict: 'better' },
      verdict: 'better',
      isFinal: false,
    });
    const { before, difference } = proof?.down ?? {};
    expect([before?.low, before?.high].map((share) => share?.toFixed(3))).toEqual(['0.288', '0.497']);
    expect(difference?.high).toBeLessThan(0);
    expect(difference?.low).toBeLessThan(difference?.by ?? 0);
  });

  test('warns of what made things worse, in the list, by a filter and first on the dashboards', async () => {
    const { now, site, read, newest, measure, tell, since } = stage;
    const id = await since(['How do I change my postal address?']);
    await tell(
      'How do I change my postal address?',
      { count: 40, down: 3 },
      { count: 40, down: 25 },
      given(id),
    );
    await measure();
    expect(await newest(id)).toMatchObject({ down: { verdict: 'worse' }, verdict: 'worse' });
    const list = await read<GuidancePage>('/guidance');
    expect(list.worse).toBe(1);
    expect(list.items.find((one) => one.id === id)?.effect).toBe('worse');
    const filtered = await read<GuidancePage>('/guidance?effect=worse');
    expect(filtered.items.map((one: Guidance) => one.id)).toEqual([id]);
    const range = `from=${new Date(now - 2 * day).toISOString().slice(0, 10)}&to=${new Date(now).toISOString().slice(0, 10)}`;
    const { effects } = await read<GuidanceEffects>(`/insights/guidance?${range}`);
    expect(effects.map((one) => one.proof.verdict)).toEqual(['worse', 'better']);
    expect(effects[0]).toMatchObject({ id, site: site.key, question: 'How do I change my postal address?' });
    const early = await read<GuidanceEffects>('/insights/guidance?from=2020-01-01&to=2020-01-31');
    expect(early.effects).toEqual([]);
  });

  test('says that there are too few, and counts for returns only whose 72 hours are over', async () => {
    const { now, site, put, newest, measure, tell, since } = stage;
    const id = await since(['Can I get a paper statement?'], now - 2 * day);
    const of = { siteId: site.id, question: 'Can I get a paper statement?' };
    await put([
      ...topicStories({ ...of, from: now - 5 * day, to: now - 4 * day, count: 30, down: 15 }),
      ...topicStories({ ...of, from: now - 2 * day, to: now - 2 * hour, count: 25 }),
    ]);
    await measure();
    expect(await newest(id)).toMatchObject({
      windows: { before: { from: now - 5 * day } },
      down: { after: { part: 0, of: 25 }, verdict: 'better' },
      back: { after: { part: 0, of: 0 }, difference: null, verdict: 'too_few' },
    });
    const rare = await since(['Is the shop in Rome open?']);
    await tell('Is the shop in Rome open?', { count: 19, down: 19 }, { count: 40 });
    await measure();
    expect(await newest(rare)).toMatchObject({ cases: { before: 18 }, verdict: 'too_few' });
  });

  test('leaves out the very answer that it was made from, and not what others asked in the same words', async () => {
    const { begunAt, server, site, read, put, newest, measure } = stage;
    const question = 'Why was I charged a fee for my transfer?';
    const of = { siteId: site.id, question };
    const stories = await put(
      topicStories({ ...of, from: begunAt - 9 * day, to: begunAt - day, count: 30, down: 30 }),
    );
    const origin = { conversationId: stories[3]?.id ?? '', turn: 1 };
    const content = { examples: [question] };
    const id = await liveSince(server.store.guidanceChanges, site.id, begunAt, content, origin);
    await measure();
    expect(await newest(id)).toMatchObject({ cases: { before: 29, leftOut: 1 } });
    const { visits } = await read<InsightsVisits>(
      `/insights/visits?from=2020-01-01&to=2020-01-02&figure=proof.before.down&guidance=${id}&stretch=3&limit=100`,
    );
    expect(visits).toHaveLength(29);
    expect(visits.map(({ conversation }) => conversation.id)).not.toContain(origin.conversationId);
  });

  test('is of one time that a version was live: rolled back, it is another', async () => {
    const { now, server, site, read, proofsOf, put, measure, since } = stage;
    const question = 'My card was declined abroad';
    const id = await since([question], now - 20 * day);
    const act = (at: number) => ({ ...byAda, at, reason: '', origin: null });
    const { guidanceChanges } = server.store;
    const change = { kind: 'answer' as const, text: 'No.', examples: [question], scope: {} };
    await guidanceChanges.change(
      id,
      [site.id],
      [
        { name: 'write', base: 1, content: change },
        { name: 'propose', version: 2 },
        { name: 'approve', version: 2 },
      ],
      act(now - 15 * day),
    );
    await guidanceChanges.change(id, [site.id], [{ name: 'roll_back', version: 1 }], act(now - 8 * day));
    const asked = (from: number, to: number, down: number) =>
      topicStories({ siteId: site.id, question, from, to, count: 30, down });
    const stories = [
      ...asked(now - 25 * day, now - 20 * day, 5),
      ...asked(now - 20 * day, now - 15 * day, 5),
      ...asked(now - 15 * day, now - 8 * day, 28),
      ...asked(now - 8 * day, now - 4 * day, 3),
    ];
    await putStories(server.store.db, stories);
    await measure(now - 1);
    const unread = (await proofsOf(id)).proofs;
    expect(unread.map((one) => [one.cases.after, one.isFinal])).toEqual(unread.map(() => [0, false]));
    await put(stories);
    await measure();
    const { proofs } = await proofsOf(id);
    expect(proofs.map(({ version, until, verdict }) => [version, until, verdict])).toEqual([
      [1, null, 'better'],
      [2, now - 8 * day, 'worse'],
      [1, now - 15 * day, 'no_difference'],
    ]);
    // What has ended changes no more once all of its 72 hours are over; the warning is about what is live.
    expect(proofs.map(({ isFinal }) => isFinal)).toEqual([false, true, true]);
    const list = await read<GuidancePage>('/guidance');
    expect(list.items.find((one) => one.id === id)?.effect).toBe('better');
    await measure(now + 1);
    const again = (await proofsOf(id)).proofs;
    expect(again.map(({ measuredAt }) => measuredAt)).toEqual([now + 1, now, now]);
  });

  test('of what an earlier look says nothing is overwritten by it', async () => {
    const { now, read, newest, measure } = stage;
    const { items } = await read<GuidancePage>('/guidance?effect=worse');
    const { id = '' } = items[0] ?? {};
    await measure(now + 2);
    await measure(now - day);
    expect((await newest(id)).measuredAt).toBe(now + 2);
  });

  test('opens the conversations of each figure, in pages, and of nobody else', async () => {
    const { server, other, get, read, newest } = stage;
    const { items } = await read<GuidancePage>('/guidance?effect=worse');
    const { id = '' } = items[0] ?? {};
    const { stretch } = await newest(id);
    const path = (figure: string, more = '') =>
      `/insights/visits?from=2020-01-01&to=2020-01-02&figure=${figure}&guidance=${id}&stretch=${stretch}&limit=10${more}`;
    const found: string[] = [];
    for (let cursor = '', isMore = true; isMore; ) {
      const page = await read<InsightsVisits>(path('proof.after.down', cursor));
      found.push(...page.visits.map(({ conversation }) => conversation.id));
      isMore = page.next !== null;
      cursor = `&cursor=${page.next}`;
    }
    expect(new Set(found).size).toBe(25);
    expect(found).toHaveLength(25);
    expect((await read<InsightsVisits>(path('proof.before.down'))).visits).toHaveLength(3);
    expect((await read<InsightsVisits>(path('proof.after.back'))).visits).toEqual([]);
    await expectProblem(
      await get('/insights/visits?from=2020-01-01&to=2020-01-02&figure=proof.after'),
      'invalid',
    );
    await expectProblem(await get(path('proof.after'), 'agent'), 'forbidden');
    const stranger = await server.addAgent(other, 'Otto', 'admin');
    const theirs = (at: string) =>
      fetch(`${server.url}/v1/desk${at}`, { headers: { cookie: stranger.cookie } });
    await expectProblem(await theirs(`/guidance/${id}/proof`), 'not_found');
    const page = (await (await theirs(path('proof.after'))).json()) as InsightsVisits;
    expect(page.visits).toEqual([]);
  });

  test('is made by itself once guidance changes, and those who may take it back hear of harm, once', async () => {
    const { now, mail, server, site, proofsOf, newest, since } = stage;
    const id = await since(['Do you sell garden chairs?'], now - day);
    expect(await proofsOf(id)).toEqual({ proofs: [], isMeasured: false });
    const approvers = await Promise.all(
      ['product', 'admin'].map((role) => server.addAgent(site, role, role as Role)),
    );
    await server.store.proofs.release(site.id, 0);
    await vi.waitFor(async () => expect((await proofsOf(id)).isMeasured).toBe(true), {
      timeout: 30_000,
      interval: 200,
    });
    expect(await newest(id)).toMatchObject({ cases: { before: 0, after: 0 }, verdict: 'too_few' });
    const lettersTo = ({ email }: { email: string }) => mail.mails.filter(({ to }) => to.includes(email));
    await vi.waitUntil(() => approvers.every((one) => lettersTo(one).length > 0), { timeout: 30_000 });
    const [letter] = approvers.flatMap(lettersTo);
    expect(letter?.headers.subject).toBe('A guidance made things worse at Test help');
    expect(letter?.text).toContain('How do I change my postal address?');
    expect(letter?.text).toMatch(/\/console\/guidance\?effect=3?D?worse/);
    expect(letter?.text.replace(/=\r?\n|\r?\n/g, ' ')).toMatch(/With a thumb down: 3, then 25/);
    // Everybody who may decide, and nobody else; measured anew nobody hears of it again.
    const untold = `select from insight_proofs where verdict = 'worse' and until_at is null and told_at is null`;
    await vi.waitUntil(async () => (await inDatabase(server.databaseUrl, untold)).length === 0);
    expect(mail.mails.flatMap(({ to }) => to).sort()).toEqual(
      [...new Set(mail.mails.flatMap(({ to }) => to))].sort(),
    );
    expect(mail.mails).toHaveLength(3);
  });
});

test('of two processes one measures a site, and another takes over where it died', async () => {
  const now = Date.now();
  const database = await createDatabase(inject('postgresUrl'));
  const stores = [1, 2].map(() => createStore(openDatabase(database.url, () => undefined)));
  try {
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    await migrate(store.db);
    const own = { title: 'Own', answeredBy: 'Own', allowedOrigins: [], suggestions: [] };
    const { id } = await store.sites.save({ ...own, bot: { kind: 'page' } });
    const claims = async (at: number) =>
      (await Promise.all([...stores, ...stores, ...stores].map(({ proofs }) => proofs.claim(at)))).filter(
        (one) => one !== null,
      );
    expect(await claims(now), 'a site without guidance').toEqual([]);
    await liveSince(store.guidanceChanges, id, now, { examples: ['Why?'] });
    expect(await claims(now)).toEqual([{ siteId: id, revision: 1 }]);
    expect(await claims(now + 60_000)).toEqual([]);
    const [round] = await claims(now + 30 * 60_000);
    if (round === undefined) throw new Error('nobody took over');
    await store.proofs.finish(round, now + hour);
    expect(await claims(now + 31 * 60_000)).toEqual([]);
    expect(await claims(now + hour)).toHaveLength(1);
    await store.proofs.release(id, now + 2 * hour);
    expect(await claims(now + 2 * hour - 1)).toEqual([]);
    expect(await claims(now + 2 * hour)).toHaveLength(1);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  }
});
