import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { WeakQuestionPage } from '../../protocol/weak-questions.ts';
import { type Consoles, eventually, startConsoles } from '../console/consoles.ts';
import type { Scene } from '../console/northcard.ts';
import { json } from '../server/requests.ts';
import { lookAtConsole } from '../support/console-look.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const question = 'Why was I charged a fee for my transfer to Poland?';
const otherwise = 'charged a fee for my transfer to Poland, why?';
const other = 'What does it cost to send money abroad';
const address = 'How do I change my postal address?';
const asks = (text: string, comment = ''): Scene => ({
  questions: [text],
  down: { turn: 1, reasons: ['wrong'], comment },
});

test('a reviewer works through weak questions by keyboard, and the customers hear what came of it', async () => {
  const site = await consoles.newSite();
  const ada = await consoles.newAgent(site, 'Ada', 'admin');
  const page = await consoles.consoleOf(ada);
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
  const row = (text: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('button', { name: text }) });
  const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor();

  await page.getByRole('link', { name: 'Feedback' }).click();
  await page.getByRole('link', { name: 'By question' }).click();
  await page.getByText('Nothing to do: no weak answers wait for anybody.').waitFor();
  await lookAtConsole(page, 'questions-empty');

  const first = await consoles.customerWith(site, asks(question, 'The table says 2.50, I paid 4'));
  await consoles.customerWith(site, asks(otherwise));
  await consoles.customerWith(site, asks(question));
  const abroad = await consoles.customerWith(site, asks(other));
  const moved = await consoles.customerWith(site, asks(address));
  await consoles.server.app.engine.forAgent(ada, 'answer:improve', {
    cid: uuidv7(),
    conversationId: first.conversationId,
    turn: 1,
    text: 'Transfers to Poland cost 4 euros since May. We are sorry that the table said 2.50.',
  });
  await eventually(async () => {
    await page.reload();
    await page
      .getByText(/the greatest harm first|Nothing to do/)
      .first()
      .waitFor();
    return page.locator('.question-open').allInnerTexts();
  }).toEqual([
    expect.stringContaining('3 customers · 3 weak answers · 3 thumbs down · 2 wordings · 1 better answer'),
    expect.stringContaining(other),
    expect.stringContaining(address),
  ]);

  await press('j', 'Enter');
  const worst = row(question).first();
  await worst.getByText('Transfers to Poland cost 4 euros since May.').waitFor();
  await worst.getByText('Transfer fees').first().waitFor();
  await worst.getByText('The table says 2.50, I paid 4').waitFor();
  await lookAtConsole(page, 'questions');
  await press('o');
  await said('Taken. It is yours to decide.');
  await worst.getByText('Yours').waitFor();

  // The second one asks the same: merged, and apart again.
  await worst.getByRole('button', { name: question }).first().focus();
  await press('j', 'm');
  const merging = page.getByRole('form', { name: 'Merge the question' });
  await merging.getByRole('button', { name: question }).waitFor();
  await lookAtConsole(page, 'questions-merge', merging);
  await page.keyboard.type('charged');
  await press('Enter');
  await said('Merged into');
  await eventually(() => page.locator('.question-open').count()).toBe(2);
  await press('z');
  await said('Taken back.');
  await eventually(() => page.locator('.question-open').count()).toBe(3);

  // One wording is something else: split off, and put back.
  await page.getByRole('button', { name: question }).first().focus();
  await press('x');
  const splitting = page.getByRole('form', { name: 'Split the question' });
  await splitting.getByLabel(otherwise).check();
  await lookAtConsole(page, 'questions-split', splitting);
  await press('Enter');
  await said('Split off: a question of its own.');
  await eventually(() => page.locator('.question-open').count()).toBe(4);
  await page.getByRole('button', { name: 'Undo' }).click();
  await said('Taken back.');
  await eventually(() => page.locator('.question-open').count()).toBe(3);

  // A guidance begins with what was asked, and what an agent would have said.
  await page.getByRole('button', { name: question }).first().focus();
  await press('g');
  const writing = page.getByRole('form', { name: 'Write guidance' });
  await writing.waitFor();
  expect(await writing.getByLabel('Questions that it is for').inputValue()).toBe(`${question}\n${otherwise}`);
  expect(await writing.getByLabel('What the customer reads').inputValue()).toMatch(
    /^Transfers to Poland cost 4/,
  );
  await lookAtConsole(page, 'questions-guidance', writing);
  await writing.getByRole('button', { name: 'Propose' }).click();
  await row(question).first().getByText('Guidance waits for approval').waitFor();
  await page.getByRole('link', { name: 'See the guidance' }).click();
  await page.getByRole('button', { name: question }).click();
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Nothing waits for approval.').waitFor();
  await first.until('feedback.reviewed', ({ status }) => status === 'changed');

  // Whoever asks now gets what was approved: the list says so.
  await consoles.customerWith(site, { questions: [question], up: { turn: 1 } });
  // Nothing is changed of another one: those who spoke read why.
  await page.getByRole('link', { name: 'Feedback', exact: true }).click();
  await page.getByText('Guidance, version 1: given word for word').waitFor();
  await page.getByText('6 in all').waitFor();
  await lookAtConsole(page, 'questions-tag');
  await page.getByRole('link', { name: 'By question' }).click();
  await page.getByRole('button', { name: address }).focus();
  await press('d');
  await page.keyboard.type('We may not: a letter is needed.');
  await press('Enter');
  await said('Declined. Those who gave feedback on it read why.');
  await moved.until('feedback.reviewed', ({ word }) => word === 'We may not: a letter is needed.');
  await page.getByRole('link', { name: 'Guided' }).click();
  await page.getByText('Guided, version 1').waitFor();
  await lookAtConsole(page, 'questions-guided');
  // What is there already is changed, with what was asked since.
  await page.getByRole('button', { name: question }).focus();
  await press('g');
  const changing = page.getByRole('form', { name: 'Change the guidance' });
  await changing.waitFor();
  expect(await changing.getByLabel('Questions that it is for').inputValue()).toBe(
    `${question}\n${otherwise}`,
  );
  await press('Escape');
  await changing.waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'To do' }).click();
  await page.getByRole('button', { name: other }).first().click();
  await page.locator(`[data-opens="${abroad.conversationId}"]`).click();
  const reading = page.getByRole('complementary', { name: 'Conversation' });
  await reading.getByText('Thumbs down · Wrong').waitFor();
  await lookAtConsole(page, 'questions-reading');
  await press('Escape');
  await reading.waitFor({ state: 'detached' });

  consoles.expectFault(/status of 503/);
  consoles.expectFault(/ERR_INTERNET_DISCONNECTED/);
  await page.route('**/v1/desk/weak-questions?*', (route) => route.fulfill({ status: 503, body: '' }));
  await page.reload();
  await page.getByText('The questions could not be loaded.').waitFor();
  await page.unroute('**/v1/desk/weak-questions?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: other }).first().click();
  await page.context().setOffline(true);
  await page.getByText('Connection lost.').waitFor();
  expect(await page.getByRole('button', { name: 'Take', exact: true }).isDisabled()).toBe(true);
  await press('o');
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Take', exact: true }).and(page.locator(':enabled')).waitFor();
});

test('what others change shows in an open list by itself, and takes neither the place nor the words of who reads it', async () => {
  const { server } = consoles;
  const [site, elsewhere] = [await consoles.newSite(), await consoles.newSite()];
  const personAt = (name: string) =>
    server.store.agents.add({
      name,
      email: `${name}-${crypto.randomUUID()}@northcard.example`,
      siteIds: [site.id, elsewhere.id],
      role: 'admin',
    });
  const page = await consoles.consoleOf(await personAt('Ada'));
  const kim = await server.signIn(await personAt('Kim'));
  const byKim = async (verb: string, text: string, more: object = {}) => {
    const headers = { cookie: kim };
    const list: WeakQuestionPage = await (
      await fetch(`${server.url}/v1/desk/weak-questions`, { headers })
    ).json();
    const id = list.items.find((one) => one.question === text)?.id;
    const change = json({ id, ...more }, { cookie: kim });
    expect((await fetch(`${server.url}/v1/desk/weak-questions/${verb}`, change)).status).toBe(200);
  };
  const row = (text: string) => page.locator('.question-row').filter({ hasText: text });
  const shown = () => page.locator('.question-asked').allInnerTexts();

  await page.goto(`${server.url}/console/questions`);
  await page.getByText('Nothing to do: no weak answers wait for anybody.').waitFor();
  // Where nothing is shown, nothing jumps: what comes is there.
  await consoles.customerWith(site, asks(question));
  await row(question).waitFor();
  await consoles.customerWith(site, asks(other));
  await page.getByText('1 new.').waitFor();
  expect(await shown()).toEqual([question]);
  await page.getByRole('button', { name: 'Show' }).click();
  await eventually(shown).toHaveLength(2);
  await row(question).getByText('1 weak answer').waitFor();
  await consoles.customerWith(site, asks(question));
  // What a row says changes in it.
  await row(question).getByText('2 weak answers').waitFor();
  const order = await shown();

  // Somebody is in the middle of a sentence while a colleague works on the same list.
  await row(question).getByRole('button', { name: question }).focus();
  await page.keyboard.press('d');
  const form = page.getByRole('form', { name: 'Decline the question' });
  const reason = form.getByLabel('Why nothing is changed');
  await reason.pressSequentially('We may');
  await byKim('take', other);
  await row(other).getByText('Kim').waitFor();
  await byKim('decline', other, { reason: 'A table says it.' });
  await row(other).getByText('No longer in this list').waitFor();
  await consoles.customerWith(site, asks(address));
  await page.getByText('1 new, 1 gone').waitFor();
  await byKim('decline', question, { reason: 'It stands in the table.' });
  await row(question).getByText('Declined by Kim').waitFor();
  expect(await shown()).toEqual(order);
  await lookAtConsole(page, 'questions-news');
  await reason.pressSequentially(' not');
  expect(await reason.inputValue()).toBe('We may not');
  await page.getByRole('button', { name: 'Show' }).click();
  await eventually(shown).toEqual(expect.arrayContaining([question, address]));
  expect(await shown(), 'gone, but for the one that is being written in').toHaveLength(2);
  expect(await reason.inputValue()).toBe('We may not');
  expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0);

  // Of one site: in the address, so that it stays.
  const choice = page.getByLabel('Site');
  await choice.selectOption(elsewhere.key);
  await page.waitForURL(`**/console/questions?site=${elsewhere.key}`);
  await page.getByText('Nothing to do: no weak answers wait for anybody.').waitFor();
  await consoles.customerWith(elsewhere, asks('Do you have a shop in Paris?'));
  await row('Paris').waitFor();
  await page.getByRole('link', { name: 'Declined' }).click();
  await page.waitForURL(`**/console/questions?view=declined&site=${elsewhere.key}`);
  await page.getByText('None has been declined.').waitFor();
  await page.getByRole('link', { name: 'To do' }).click();
  await page.reload();
  await row('Paris').waitFor();
  expect(await shown()).toHaveLength(1);
  await lookAtConsole(page, 'questions-site');
  await choice.selectOption('');
  await eventually(shown).toHaveLength(2);

  // A line that comes back brings what was missed, and leaves the rows where they are.
  consoles.expectFault(/ERR_INTERNET_DISCONNECTED/);
  const before = await shown();
  await page.context().setOffline(true);
  await page.getByText('Connection lost.').waitFor();
  await byKim('take', address);
  await page.context().setOffline(false);
  await row(address).getByText('Kim').waitFor();
  expect(await shown()).toEqual(before);
});
