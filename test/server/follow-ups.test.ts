import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createDatabase, startTestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

let mail: MailServer;
let database: Awaited<ReturnType<typeof createDatabase>>;
beforeAll(async () => {
  [mail, database] = await Promise.all([startMailServer(), createDatabase(inject('postgresUrl'))]);
});
afterAll(async () => {
  await Promise.all([mail.close(), database.drop()]);
});

const withMail = () => ({ ...noLimits, smtpUrl: mail.url, mailFrom: 'Northcard <help@northcard.example>' });
const start = (settings = {}) =>
  startTestServer(inject('postgresUrl'), { ...withMail(), ...settings }, database.url);
const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));

test('what people write goes to the address that the customer left, once, and the conversation says so', async () => {
  // Two servers: both hear nothing of each other but through the database, and only one sends.
  const [server, other] = [await start(), await start()];
  const site = await server.addSite(
    { kind: 'page' },
    { title: 'Northcard help', allowedOrigins: ['https://www.northcard.example'] },
  );
  const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  const customer = await connectCustomer(server.url, site.key);
  const { conversationId } = customer;
  const page = { url: 'https://www.northcard.example/cards', title: 'Cards' };
  await customer.send('message:send', { text: 'Where is my card?', context: { page } });
  expect(await customer.send('followup:ask', { email: 'kim@example.com' })).toMatchObject({
    ok: false,
    code: 'not_waiting',
  });
  await customer.send('handoff:request', {});
  expect(await customer.send('followup:ask', { email: 'kim@example.com' })).toMatchObject({ ok: true });
  await desk.send('handoff:accept', conversationId, {});
  await desk.send('note:add', conversationId, { text: 'a difficult one' });
  await desk.send('message:send', conversationId, { text: 'It is on its way.' });
  await desk.send('message:send', conversationId, { text: 'It comes on Friday.' });
  customer.close();

  await eventually(() => mailsTo('kim@example.com').length).toBe(1);
  const [letter] = mailsTo('kim@example.com');
  expect(letter?.headers.subject).toBe('Your answer from Northcard help');
  expect(letter?.text).toContain('Ana:\nIt is on its way.\n\nAna:\nIt comes on Friday.');
  expect(letter?.text).toContain('https://www.northcard.example/cards');
  expect(letter?.text, 'notes are among agents').not.toContain('difficult');
  // Either server may have sent it, and tells only its own, without a Redis.
  await eventually(async () => {
    await desk.watch(conversationId);
    return desk.facts.map(({ type }) => type);
  }).toContain('followup.sent');

  await desk.send('message:send', conversationId, { text: 'One more thing: the PIN comes apart.' });
  await eventually(() => mailsTo('kim@example.com').length).toBe(2);
  expect(mailsTo('kim@example.com')[1]?.text).not.toContain('Friday');
  desk.close();
  await Promise.all([server.close(), other.close()]);
}, 90_000);

test('an answer whose server died before it could plan the letter is found by the next one', async () => {
  const dying = await start({ smtpUrl: null });
  const site = await dying.addSite({ kind: 'page' });
  const desk = await connectAgent(dying.url, (await dying.addAgent(site)).cookie);
  const customer = await connectCustomer(dying.url, site.key);
  await customer.send('handoff:request', {});
  await customer.send('followup:ask', { email: 'lee@example.com' });
  await desk.send('handoff:accept', customer.conversationId, {});
  await desk.send('message:send', customer.conversationId, { text: 'Here is your answer.' });
  for (const one of [desk, customer]) one.close();
  await dying.close();
  // As if a minute had passed: the sweep leaves alone what was said just now.
  await inDatabase(database.url, 'update conversations set last_at = last_at - 120000 where id = $1', [
    customer.conversationId,
  ]);
  const server = await start();
  await eventually(() => mailsTo('lee@example.com').length).toBe(1);
  await server.close();
}, 60_000);

test('without a mail server nobody is offered a letter', async () => {
  const server = await start({ smtpUrl: null, mailFrom: null });
  const site = await server.addSite({ kind: 'page' });
  expect(await (await fetch(`${server.url}/v1/sites/${site.key}`)).json()).toMatchObject({ hasEmail: false });
  await server.close();
  const mailing = await start();
  expect(await (await fetch(`${mailing.url}/v1/sites/${site.key}`)).json()).toMatchObject({ hasEmail: true });
  await mailing.close();
});
