import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import type { Figures } from '../../protocol/insights.ts';
import { dateNumber } from '../../server/domain/hours.ts';
import { figuresOf } from '../../server/domain/insights/figures.ts';
import { migrate, openDatabase } from '../../server/store/database.ts';
import { type AskedVisits, visitCursor } from '../../server/store/insights.ts';
import type { InsightRules } from '../../server/store/insights-reader.ts';
import { createStore, type Store } from '../../server/store/store.ts';
import { expectSame, plainFigures, type Told } from '../support/plain-figures.ts';
import { createDatabase } from '../support/server.ts';
import { putStories, type VisitStory, visitStories } from '../support/visit-stories.ts';

/** The two months that every question here is about, with a margin. */
const first = dateNumber('2026-03-20') ?? 0;
const wholeTime = { from: first - 1, to: first + 70 };
const startAt = Date.UTC(2026, 2, 20, 22);
const endAt = startAt + 60 * 86_400_000;

let database: Awaited<ReturnType<typeof createDatabase>>;
/** Two processes' stores on one database. */
let stores: Store[];
let rules: ReadonlyMap<string, InsightRules>;
let stories: readonly VisitStory[];

const rulesOf = (siteId: string): InsightRules => rules.get(siteId) ?? { zone: 'UTC', topics: [] };

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  stores = [1, 2].map(() => createStore(openDatabase(database.url, () => undefined)));
  const [store] = stores;
  if (store === undefined) throw new Error('no store');
  await migrate(store.db);
  const sites = await Promise.all(
    ['Vienna', 'Auckland'].map((title) =>
      store.sites.save({
        title,
        answeredBy: title,
        allowedOrigins: [],
        bot: { kind: 'page' },
        suggestions: [],
      }),
    ),
  );
  const [vienna = '', auckland = ''] = sites.map(({ id }) => id);
  rules = new Map([
    [vienna, { zone: 'Europe/Vienna', topics: [{ team: 'cards', words: ['card'] }] }],
    [auckland, { zone: 'Pacific/Auckland', topics: [{ team: 'fees', words: ['fee', 'address'] }] }],
  ]);
  stories = visitStories(23, 150, { siteIds: [vienna, auckland], startAt });
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});

const store = (): Store => {
  const [first] = stores;
  if (first === undefined) throw new Error('no store');
  return first;
};

/** Some at a time, whenever it is this process's turn. */
async function readAll(one: Store, ids: readonly string[], now: number): Promise<void> {
  for (let from = 0; from < ids.length; from += 40) {
    let left: readonly string[] = ids.slice(from, from + 40);
    while (left.length > 0) {
      left = await one.insightsReader.read(left, { now, rulesOf, atOnce: 200 });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

async function told(): Promise<Told[]> {
  const rows = await store()
    .db.selectFrom('conversations')
    .innerJoin('facts', 'facts.conversation_id', 'conversations.id')
    .select(['id', 'site_id', 'customer_id', 'body'])
    .orderBy('id')
    .orderBy('facts.seq')
    .execute();
  return [...Map.groupBy(rows, ({ id }) => id)].map(([id, of]) => ({
    id,
    siteId: of[0]?.site_id ?? '',
    customerId: of[0]?.customer_id ?? '',
    facts: of.map(({ body }): Fact => body),
  }));
}

/** Every way to ask, against a recomputation of each from the facts alone. */
async function expectRight(now: number): Promise<Figures> {
  const all = await told();
  const siteIds = [...rules.keys()];
  const whole = wholeTime;
  const asked: AskedVisits[] = [
    { siteIds, days: whole },
    ...siteIds.map((siteId) => ({ siteIds: [siteId], days: whole })),
    { siteIds, days: { from: first + 5, to: first + 11 } },
    { siteIds, days: { from: first + 9, to: first + 9 } },
    { siteIds, days: whole, language: 'de' },
    { siteIds, days: whole, language: '', topic: '' },
    { siteIds, days: whole, topic: 'cards' },
    { siteIds: siteIds.slice(0, 1), days: { from: first, to: first + 20 }, language: 'de', topic: 'cards' },
  ];
  const figuresFor = plainFigures(all, rulesOf, now);
  for (const one of asked) {
    const plain = figuresFor(({ siteId, date, language, topic }) => {
      const day = dateNumber(date) ?? Number.NaN;
      return (
        one.siteIds.includes(siteId) &&
        day >= one.days.from &&
        day <= one.days.to &&
        (one.language === undefined || one.language === language) &&
        (one.topic === undefined || one.topic === topic)
      );
    });
    expectSame(figuresOf(await store().insights.sums(one)), plain, JSON.stringify(one));
  }
  return figuresOf(await store().insights.sums({ siteIds, days: whole }));
}

describe('the sums are what a plain recomputation from the facts says', () => {
  test('of stories that are read while they go on, by two processes at once', async () => {
    const ids = stories.map(({ id }) => id);
    // First a part of each, then all of it, each time by both processes over the same conversations.
    for (const part of [0.4, 0.8, 1]) {
      await putStories(store().db, stories, ({ facts }) => Math.max(1, Math.ceil(facts.length * part)));
      await Promise.all(stores.map((one, at) => readAll(one, at === 0 ? ids : ids.toReversed(), endAt)));
    }
    const figures = await expectRight(endAt);
    // Nothing is compared with nothing.
    expect(figures.visits).toBeGreaterThan(150);
    for (const some of [figures.contained, figures.falselyContained.back, figures.falselyContained.down]) {
      expect(some).toBeGreaterThan(2);
    }
    for (const some of [figures.handoffs.all, figures.waits.all, figures.left, figures.missed.all]) {
      expect(some).toBeGreaterThan(2);
    }
    expect(figures.handoffs.reasons.length).toBeGreaterThan(2);
    expect(figures.ratings.people.some((count) => count > 0)).toBe(true);
  });

  test('reading it all once more changes nothing, and neither does summing anew', async () => {
    const sums = async () => {
      const rows = await store().db.selectFrom('insight_sums').selectAll().execute();
      const told = rows.map(({ sums, ...cell }) => [JSON.stringify(cell), sums] as const);
      // A day of which nothing is left may stay, empty.
      return Object.fromEntries(told.filter(([, sums]) => Object.keys(sums).length > 0));
    };
    const before = await sums();
    await readAll(
      store(),
      stories.map(({ id }) => id),
      endAt,
    );
    expect(await sums()).toEqual(before);
    expect(await store().insightsReader.sumAnew()).toBe(true);
    expect(await sums()).toEqual(before);
  });

  test('late changes: a thumb taken back, a new visit that makes an old one falsely contained', async () => {
    const { db } = store();
    const contained = await db
      .selectFrom('insight_visits')
      .select(['conversation_id', 'site_id', 'customer_id', 'quiet_at', 'measures'])
      .where('visit', '=', 0)
      .execute();
    const calm = contained.filter(
      ({ measures }) => measures.contained !== undefined && measures.false === undefined,
    );
    const back = stories.flatMap((story) => {
      const was = calm.find(({ conversation_id }) => conversation_id === story.id);
      if (was === undefined) return [];
      const [started, asked] = story.facts;
      if (started === undefined || asked === undefined) return [];
      const at = was.quiet_at + 3_600_000;
      return [
        {
          ...story,
          id: crypto.randomUUID(),
          facts: [
            { ...started, at },
            { ...asked, at },
          ],
        },
      ];
    });
    expect(back.length).toBeGreaterThan(2);
    const before = await expectRight(endAt);
    await putStories(db, back);
    await readAll(
      store(),
      back.map(({ id }) => id),
      endAt,
    );
    const after = await expectRight(endAt);
    expect(after.falselyContained.back).toBeGreaterThan(before.falselyContained.back + 4);
    // And all of it again as if those had never been.
    const gone = back.map(({ id }) => id);
    await db.deleteFrom('facts').where('conversation_id', 'in', gone).execute();
    await db.deleteFrom('conversations').where('id', 'in', gone).execute();
    await readAll(store(), gone, endAt);
    expect(await expectRight(endAt)).toEqual(before);
  });

  test('a visit that falls silent is contained from then on, found by time alone', async () => {
    const [story] = stories;
    if (story === undefined) throw new Error('no story');
    const [started, asked] = story.facts;
    if (started === undefined || asked === undefined) throw new Error('no facts');
    const quiet = {
      ...story,
      id: crypto.randomUUID(),
      customerId: crypto.randomUUID(),
      facts: [started, asked],
    };
    await putStories(store().db, [quiet]);
    const isDue = async (now: number) => (await store().insightsReader.due(now, 1_000)).includes(quiet.id);
    await readAll(store(), [quiet.id], asked.at + 1_000);
    const dueAt = asked.at + 86_400_000;
    expect([await isDue(dueAt - 1), await isDue(dueAt)]).toEqual([false, true]);
    const measures = async () => {
      const row = await store()
        .db.selectFrom('insight_visits')
        .select('measures')
        .where('conversation_id', '=', quiet.id)
        .executeTakeFirstOrThrow();
      return row.measures;
    };
    expect(await measures()).toMatchObject({ open: 1 });
    await readAll(store(), [quiet.id], dueAt);
    expect(await measures()).toMatchObject({ contained: 1 });
    expect(await isDue(dueAt)).toBe(false);
    await expectRight(endAt);
  });

  test('the visits behind a figure are as many as it says, in pages, the newest first', async () => {
    const siteIds = [...rules.keys()];
    const asked = { siteIds, days: wholeTime };
    const sums = await store().insights.sums(asked);
    // Each of these happens at most once in a visit.
    for (const figure of [
      'visits',
      'contained',
      'false.back',
      'handed',
      'missed',
      'rated.people',
      'rated.bot.5',
    ]) {
      for (const limit of [7, 100]) {
        const found: { at: number; id: string }[] = [];
        for (let next: string | null = null, isFirst = true; isFirst || next !== null; isFirst = false) {
          const cursor = next === null ? null : visitCursor.decode(next);
          const page: Awaited<ReturnType<Store['insights']['visits']>> = await store().insights.visits(
            { ...asked, figure },
            { cursor, limit },
          );
          found.push(...page.visits.map(({ at, conversation }) => ({ at, id: conversation.id })));
          next = page.next;
        }
        expect(found.length, `${figure} by ${limit}`).toBe(sums[figure] ?? 0);
        expect(new Set(found.map(({ at, id }) => `${id} ${at}`)).size).toBe(found.length);
      }
    }
    const answers = await store().insights.visits(
      { ...asked, figure: 'answers' },
      { cursor: null, limit: 60 },
    );
    expect(answers.visits.length, 'several answers in one visit are one row').toBe(60);
  });

  test('weak questions count what their visits hold', async () => {
    const siteIds = [...rules.keys()];
    const asked = { siteIds, days: wholeTime };
    const weak = await store().insights.weak(asked, 10_000);
    const sums = await store().insights.sums(asked);
    expect(weak.reduce((sum, { count }) => sum + count, 0)).toBe(sums.weak);
    const [worst] = weak;
    if (worst === undefined) throw new Error('no weak question');
    const { visits } = await store().insights.visits(
      { ...asked, figure: 'weak', question: worst.key },
      { cursor: null, limit: 100 },
    );
    expect(visits.length).toBeGreaterThan(0);
    expect(visits.length).toBeLessThanOrEqual(worst.count);
  });
});
