import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { measureSite } from '../../server/features/proof/measure.ts';
import { rulesFor } from '../../server/reads/insight-rules.ts';
import { type Consoles, eventually, startConsoles } from '../console/consoles.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { liveSince, topicStories } from '../support/topic-stories.ts';
import { visitScenes } from '../support/visit-scenes.ts';
import { putStories, type VisitStory } from '../support/visit-stories.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
  // What is put there as if it had happened long ago has not been told of in time.
  consoles.server.mayBeSilent();
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const day = 86_400_000;
/** Guidance for questions on which the scenes say nothing: one that helps, one that harms, one that is new. */
const guidedSince = (now: number) =>
  [
    { question: 'How do I get a paper statement?', kind: 'answer', since: now - 20 * day },
    { question: 'How do I change my phone number?', kind: 'answer', since: now - 20 * day },
    { question: 'Somebody else uses my account', kind: 'person', since: now - 2 * day },
  ] as const;

function guidedStories(siteId: string, now: number): VisitStory[] {
  const [helps, harms, isNew] = guidedSince(now);
  const before = (since: number) => ({ siteId, from: since - 20 * day, to: since - 2 * day });
  const after = (since: number) => ({ siteId, from: since, to: now - 5 * day });
  return [
    ...topicStories({ ...helps, ...before(helps.since), count: 81, down: 34, toPeople: 20, back: 15 }),
    ...topicStories({ ...helps, ...after(helps.since), count: 70, down: 6, toPeople: 7, back: 3 }),
    ...topicStories({ ...harms, ...before(harms.since), count: 40, down: 4, toPeople: 8 }),
    ...topicStories({ ...harms, ...after(harms.since), count: 40, down: 20, toPeople: 9 }),
    ...topicStories({ ...isNew, siteId, from: now - 4 * day, to: now - 2 * day, count: 9, down: 3 }),
  ];
}

test('figures of any days, each of which opens its conversations, from the keyboard too', async () => {
  const { server } = consoles;
  const topics = [
    { team: 'Cards', words: ['card'] },
    { team: 'Payments', words: ['transfer', 'refund', 'fee'] },
  ];
  const empty = await consoles.newSite();
  const site = await server.store.sites.save({ ...empty, policy: { topics } });
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Lea'));
  await page.getByRole('link', { name: 'Insights' }).click();
  await page.getByText('No conversation began in this time.').waitFor();

  const now = Date.now();
  const stories = [...visitScenes(site.id, 700, { until: now, days: 60 }), ...guidedStories(site.id, now)];
  await putStories(server.store.db, stories);
  const ids = stories.map(({ id }) => id);
  const reading = { now, rulesOf: () => rulesFor(site) };
  await eventually(() => server.store.insightsReader.read(ids, reading)).toEqual([]);
  for (const { question, kind, since } of guidedSince(now)) {
    await liveSince(server.store.guidanceChanges, site.id, since, { examples: [question], kind });
  }
  await measureSite(server.store, site.id, Date.now(), new AbortController().signal);
  await page.reload();
  const contained = page.getByRole('link', { name: /^\d\d\.\d %$/ });
  await contained.first().waitFor();
  await lookAtConsole(page, 'insights');
  await lookAtConsole(page, 'insights-panels', page.getByRole('heading', { name: 'Handoffs by reason' }));

  // Definitions, and tables in the place of charts, one key away.
  await page.getByRole('button', { name: 'What is “Falsely contained”?' }).click();
  await page.getByText('asked the same. The share is of the contained ones.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('img', { name: /^Conversations by day/ }).waitFor();
  await page.keyboard.press('t');
  const table = page.getByRole('region', { name: 'Conversations by day' });
  await table.waitFor();
  await lookAtConsole(page, 'insights-table');
  expect(await table.getByRole('row').count()).toBe(31);
  await page.keyboard.press('t');

  // A figure opens as many conversations as it says; a row opens the conversation; Escape goes back.
  const back = page.getByRole('link', { name: /back within 72 h$/ });
  const said = Number.parseInt((await back.textContent()) ?? '', 10);
  expect(said).toBeGreaterThan(0);
  await back.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Contained, and back' }).waitFor();
  const rows = page.locator('.visits-table tbody tr');
  await eventually(() => rows.count()).toBe(Math.min(30, said));
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const conversation = page.getByRole('complementary', { name: 'Conversation' });
  await conversation
    .getByRole('region', { name: 'Transcript' })
    .getByText(/\?|abroad/)
    .first()
    .waitFor();
  await lookAtConsole(page, 'insights-behind');
  await page.keyboard.press('Escape');
  await conversation.waitFor({ state: 'detached' });
  const figures = page.getByRole('heading', { name: 'Insights', exact: true });
  await eventually(async () => {
    await page.keyboard.press('Escape');
    return figures.isVisible();
  }).toBe(true);

  // What guidance changed: what got worse first, each figure with its conversations, and the proof where it is written.
  const effects = page.getByRole('heading', { name: /^Guidance effect/ });
  await effects.waitFor();
  await lookAtConsole(page, 'insights-effects', effects);
  await page.getByRole('link', { name: 'Thumb down, after: 50.0 %. Open the conversations' }).click();
  await page.getByRole('heading', { name: 'Thumb down, after the guidance' }).waitFor();
  await eventually(() => rows.count()).toBe(20);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Look at it' }).click();
  const worse = page.getByRole('listitem', { name: guidedSince(now)[1].question });
  await worse.getByText('Live, version 1. Made things worse.').click();
  await worse.getByRole('button', { name: 'Proof' }).click();
  await worse.getByText('It made things worse: more thumbs down.').waitFor();
  await lookAtConsole(page, 'guidance-proof');
  await worse.getByRole('button', { name: 'What is “Guidance effect”?' }).press('Enter');
  await worse.getByText('The answers that it was made from are left out before.').waitFor();
  await page.getByRole('link', { name: 'All', exact: true }).click();
  await page.getByText('1 guidance that is live made things worse.').waitFor();
  await page.getByRole('link', { name: 'Insights' }).click();
  await figures.waitFor();

  // Any days, narrowed; the address holds it, so that it can be passed on.
  await page.getByRole('button', { name: '90 days' }).click();
  await page.getByRole('img', { name: /^Conversations by week/ }).waitFor();
  await page.getByLabel('Topic').selectOption('Cards');
  await eventually(() => new URL(page.url()).searchParams.get('topic')).toBe('Cards');
  const tile = page.getByRole('listitem').filter({ hasText: 'Conversations' }).first();
  const shown = async () => Number((await tile.getByRole('link').textContent())?.replace(/\D/g, ''));
  await eventually(shown).toBeLessThan(400);
  const ofCards = await shown();
  expect(ofCards).toBeGreaterThan(100);
  await page.reload();
  await eventually(shown).toBe(ofCards);

  // What was read stays when the server cannot be reached.
  consoles.expectFault(/insights|ERR_FAILED|Failed to load/);
  await page.route('**/v1/desk/insights**', (route) => route.abort());
  await page.getByRole('button', { name: '7 days' }).click();
  await page.getByText('You are offline, or the server is. What is shown was read at').waitFor();
  await page.unroute('**/v1/desk/insights**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
});

test('agents have no such view', async () => {
  const site = await consoles.newSite();
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana', 'agent'));
  await page.getByRole('link', { name: 'Feedback' }).waitFor();
  expect(await page.getByRole('link', { name: 'Insights' }).count()).toBe(0);
});
