import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { ReviewStatus } from '../../protocol/feedback.ts';
import { up } from '../../server/store/migrations/019-receipts.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createDatabase, startTestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { inDatabase, noLimits } from './requests.ts';

let mail: MailServer;
let database: Awaited<ReturnType<typeof createDatabase>>;
beforeAll(async () => {
  [mail, database] = await Promise.all([startMailServer(), createDatabase(inject('postgresUrl'))]);
});
afterAll(async () => {
  await Promise.all([mail.close(), database.drop()]);
});

const start = (settings = {}) =>
  startTestServer(inject('postgresUrl'), { ...noLimits, ...settings }, database.url);
const withMail = () => ({ smtpUrl: mail.url, mailFrom: 'Northcard <help@northcard.example>' });

test('a change is told by mail to who left an address: once, on two nodes, and though a process dies behind the commit', async () => {
  // Writes the fact and its line in the ledger and plans no letter, as one that dies right behind the commit.
  const dying = await start();
  const site = await dying.addSite({ kind: 'page' }, { title: 'Northcard help' });
  const desk = await connectAgent(dying.url, (await dying.addAgent(site)).cookie);
  await inDatabase(database.url, `update agents set role = 'lead'`);
  const judged = async (email: string | null) => {
    const customer = await connectCustomer(dying.url, site.key);
    await customer.send('message:send', { text: 'What does it cost?' });
    await customer.send('answer:end', {
      turn: 1,
      outcome: 'answered',
      text: '2.50',
      sources: [],
      failure: null,
      handoff: null,
    });
    await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: [], comment: '' });
    await customer.send('handoff:request', {});
    if (email !== null) await customer.send('followup:ask', { email });
    customer.close();
    return customer.conversationId;
  };
  const review = (conversationId: string, status: ReviewStatus, to = desk) =>
    to.send('feedback:review', conversationId, { about: 1, status, word: 'The table was old.' });
  await review(await judged('kim@example.com'), 'changed');
  await review(await judged(null), 'changed');
  await review(await judged('sam@example.com'), 'not_changed');
  const live = await judged('ida@example.com');
  desk.close();
  await dying.close();

  const [one, other] = [await start(withMail()), await start(withMail())];
  const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));
  await eventually(() => mailsTo('kim@example.com').length).toBe(1);
  const [letter] = mailsTo('kim@example.com');
  expect(letter?.headers.subject).toBe('We changed what you told Northcard help');
  expect(letter?.text).toContain('We changed it. Try again');
  expect(letter?.text).toContain('The table was old.');

  const again = await connectAgent(other.url, (await other.addAgent(site)).cookie);
  await inDatabase(database.url, `update agents set role = 'lead'`);
  expect(await review(live, 'changed', again)).toMatchObject({ ok: true });
  await eventually(() => mailsTo('ida@example.com').length).toBe(1);
  await eventually(async () => (await inDatabase(database.url, untold)).length).toBe(1);
  again.close();
  await Promise.all([one.close(), other.close()]);

  // Looks through the ledger as it starts, and finds nothing that is left to be told.
  await (await start(withMail())).close();
  expect(mail.mails.map(({ to }) => to[0]).sort()).toEqual(['ida@example.com', 'kim@example.com']);
}, 120_000);
const untold = `select 1 from receipts where status = 'changed' and told_at is null`;

test('an upgrade gives what was said before a receipt, in the ledger and in the conversation', async () => {
  const before = await start();
  const site = await before.addSite({ kind: 'page' });
  const id = await leaveFeedback(before, site, { question: 'q', answer: 'a', verdict: 'down', rating: 2 });
  for (const statement of [
    'drop table receipts, answer_signals, handoff_ratings',
    'alter table sites drop column feedback',
    'alter table answer_feedback drop column right_answer, drop column do_not_train',
    'alter table conversation_ratings drop column do_not_train',
    `update conversations set state = state - 'receipts'`,
  ])
    await inDatabase(database.url, statement);
  await up(before.store.db.withTables<Record<never, never>>() as unknown as Parameters<typeof up>[0]);
  await before.close();

  const after = await start();
  const { cookie, id: agentId } = await after.addAgent(site);
  await inDatabase(database.url, `update agents set role = 'product' where id = $1`, [agentId]);
  const desk = await connectAgent(after.url, cookie);
  for (const about of [1, 'conversation'] as const)
    expect(await desk.send('feedback:review', id, { about, status: 'changed', word: '' })).toMatchObject({
      ok: true,
    });
  expect(
    await desk.send('feedback:review', id, { about: 'handoff', status: 'changed', word: '' }),
  ).toMatchObject({
    code: 'no_such_feedback',
  });
  const rows = await inDatabase(
    database.url,
    'select about, status from receipts where conversation_id = $1 order by about',
    [id],
  );
  expect(rows).toEqual([
    { about: '1', status: 'changed' },
    { about: 'conversation', status: 'changed' },
  ]);
  desk.close();
  await after.close();
});
