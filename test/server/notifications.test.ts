import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { NotifyPlan, NotifyStep } from '../../server/domain/notify-plan.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createDevice, type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

let mail: MailServer;
let push: Receiver;
let server: TestServer;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  [mail, push] = await Promise.all([startMailServer(), startReceiver()]);
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    smtpUrl: mail.url,
    mailFrom: 'Handrail <handrail@acme.example>',
    pushServices: [push.origin],
  });
});
afterEach(() => {
  push.answer(201);
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await server?.close();
  await Promise.all([mail?.close(), push?.close()]);
});

const email = (afterMs: number): NotifyStep => ({ channel: 'email', afterMs, to: 'agents' });
const toDevices = (afterMs: number): NotifyStep => ({ channel: 'push', afterMs });
const hour = 3_600_000;

/** A site with this plan and one agent, and what they get. */
async function stage(plan: Partial<NotifyPlan>, title = 'Northcard help') {
  const notify = { repeatMs: hour, repeats: 0, ...plan };
  const site = await server.addSite({ kind: 'page' }, { title, notify });
  const agent = await server.addAgent(site);
  const device = createDevice(push.origin);
  await server.store.notifications.saveSubscription(agent.id, device.subscription);
  const { pathname } = new URL(device.subscription.endpoint);
  return {
    site,
    agent,
    device,
    mails: () => mail.mails.filter(({ to }) => to.includes(agent.email)),
    pushes: () => push.received.filter(({ path }) => path === pathname),
  };
}

async function waiting(siteKey: string, text?: string): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, siteKey);
  open.push(customer);
  if (text !== undefined) await customer.send('message:send', { text });
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  return customer;
}

/** Whether nothing more is planned for this wait. */
const isDone = async ({ conversationId }: TestCustomer) => {
  const [row] = await inDatabase(
    server.databaseUrl,
    'select due_at from handoff_notices where conversation_id = $1',
    [conversationId],
  );
  return row !== undefined && row.due_at === null;
};

const metric = async (channel: string, result: string) => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const line = `handrail_notifications_total{channel="${channel}",result="${result}"} `;
  return Number(text.split(line)[1]?.split('\n', 1)[0] ?? 0);
};

describe('a customer waits', () => {
  test('devices are told at once, encrypted for them alone, with a link to the conversation', async () => {
    const { site, device, pushes } = await stage({ steps: [toDevices(0)] });
    const customer = await waiting(site.key, 'Where is my card?');
    await eventually(() => pushes().length).toBe(1);
    const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = pushes();
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high', ttl: '900' });
    expect(headers.authorization).toMatch(/^vapid t=.+, ?k=/);
    expect(body.toString('latin1')).not.toContain('card');
    expect(device.read(body)).toEqual({
      title: 'A customer waits at Northcard help',
      body: 'Where is my card?',
      tag: customer.conversationId,
      url: `${server.url.replace('127.0.0.1', 'localhost')}/console/c/${customer.conversationId}`,
    });
  });

  test('the mail comes after its delay: no words of the customer in the subject, nothing that tracks', async () => {
    const { site, agent, mails, pushes } = await stage({ steps: [email(300), toDevices(0)] });
    const customer = await waiting(site.key, 'Wo ist meine Karte? – Käthe');
    await eventually(() => mails().length).toBe(1);
    expect(pushes()).toHaveLength(1);
    const [{ from, to, headers, text } = { from: '', to: [], headers: {}, text: '' }] = mails();
    expect([from, to]).toEqual(['handrail@acme.example', [agent.email]]);
    expect(headers.subject).toBe('A customer waits for a person at Northcard help');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(headers['auto-submitted']).toBe('auto-generated');
    expect(text).toContain('They asked: Wo ist meine Karte? – Käthe');
    expect(text).toContain(`/console/c/${customer.conversationId}\n`);
    expect(text.match(/https?:/g)).toHaveLength(1);
  });

  test('a site that keeps questions out of notifications sends none', async () => {
    const { site, device, mails, pushes } = await stage({
      steps: [toDevices(0), email(0)],
      showsTopic: false,
    });
    await waiting(site.key, 'my secret');
    await eventually(() => mails().length + pushes().length).toBe(2);
    expect(mails()[0]?.text).not.toContain('secret');
    expect(device.read(pushes()[0]?.body ?? Buffer.alloc(0))).toMatchObject({ body: '' });
  });

  test('a title, a question or an address cannot add headers, recipients or lines to a mail', async () => {
    const { site, agent, mails } = await stage(
      { steps: [email(0)] },
      'Help\r\nBcc: spy@evil.example\r\n\r\nHello',
    );
    await waiting(site.key, 'Hi\r\n\r\nYou get this because\r\nhttp://evil.example');
    await eventually(() => mails().length).toBe(1);
    const [sent] = mails();
    expect(sent?.to).toEqual([agent.email]);
    expect(sent?.headers).not.toHaveProperty('bcc');
    expect(sent?.headers.subject).toContain('Help Bcc: spy@evil.example Hello');
    expect(sent?.text).toContain('They asked: Hi You get this because http://evil.example\n');
  });

  test('agents who are away are left in peace, unless all of them are', async () => {
    const { site, agent, mails } = await stage({ steps: [email(0)] });
    const other = await server.addAgent(site, 'Ben');
    const { agents } = server.store;
    await agents.setAvailability(agent.id, 'away');
    await waiting(site.key);
    await eventually(() => mail.mails.filter(({ to }) => to.includes(other.email)).length).toBe(1);
    expect(mails()).toEqual([]);
    await agents.setAvailability(other.id, 'away');
    await waiting(site.key);
    await eventually(() => mails().length).toBe(1);
    expect([...(mails()[0]?.to ?? [])].sort()).toEqual([agent.email, other.email].sort());
  });

  test('it comes again until the site has had enough, and not once more', async () => {
    const { site, mails } = await stage({ steps: [email(0)], repeatMs: 4_000, repeats: 1 });
    const customer = await waiting(site.key);
    await eventually(() => isDone(customer)).toBe(true);
    await eventually(() => mails().length).toBe(2);
    expect(new Set(mails().map(({ headers }) => headers['message-id'])).size).toBe(2);
  });

  test.each([
    [
      'somebody has accepted',
      async (customer: TestCustomer, cookie: string) => {
        const desk = await connectAgent(server.url, cookie);
        open.push(desk);
        return desk.send('handoff:accept', customer.conversationId, {});
      },
    ],
    ['the customer has cancelled', (customer: TestCustomer) => customer.send('handoff:cancel', {})],
    [
      'it is resolved',
      (customer: TestCustomer) => customer.send('conversation:resolve', { outcome: 'solved' }),
    ],
  ])('nobody is told any more once %s', async (_why, end) => {
    const { site, agent, mails } = await stage({ steps: [email(1_000), email(1_100)] });
    const ended = await waiting(site.key, 'over');
    expect(await end(ended, agent.cookie)).toMatchObject({ ok: true });
    const still = await waiting(site.key, 'not over');
    await eventually(() => isDone(still)).toBe(true);
    await eventually(() => mails().length).toBe(2);
    expect(mails().filter(({ text }) => text.includes(ended.conversationId))).toEqual([]);
  });

  test('whoever asks again later is announced again', async () => {
    const { site, mails } = await stage({ steps: [email(0)] });
    const customer = await waiting(site.key);
    await eventually(() => mails().length).toBe(1);
    await customer.send('handoff:cancel', {});
    await customer.send('handoff:request', {});
    await eventually(() => mails().length).toBe(2);
  });
});

describe('a channel that does not work', () => {
  test('a device that is there no more is forgotten; one whose service stumbles is tried again', async () => {
    const { site, agent, pushes } = await stage({ steps: [toDevices(0)] });
    push.answer(503);
    await waiting(site.key);
    await eventually(() => pushes().length).toBe(1);
    expect(await server.store.notifications.subscriptions([agent.id])).toHaveLength(1);
    push.answer(410);
    await eventually(() => pushes().length).toBe(2);
    await eventually(async () => (await server.store.notifications.subscriptions([agent.id])).length).toBe(0);
    expect(await metric('push', 'retried')).toBeGreaterThanOrEqual(1);
  });

  test('a mail server that is away holds nobody up, and gets its mail when it is back', async () => {
    const away = await startMailServer();
    await away.close();
    const other = await startTestServer(inject('postgresUrl'), {
      ...noLimits,
      smtpUrl: away.url,
      mailFrom: 'handrail@acme.example',
      pushServices: [push.origin],
    });
    const notify = { steps: [email(0), toDevices(10)], repeats: 0 };
    const site = await other.addSite({ kind: 'page' }, { notify });
    const agent = await other.addAgent(site);
    const { subscription } = createDevice(push.origin);
    await other.store.notifications.saveSubscription(agent.id, subscription);
    const customer = await connectCustomer(other.url, site.key);
    await customer.send('handoff:request', {});
    const { pathname } = new URL(subscription.endpoint);
    await eventually(() => push.received.filter(({ path }) => path === pathname).length).toBe(1);
    const back = await startMailServer(away.port);
    await eventually(() => back.mails.length).toBe(1);
    customer.close();
    await other.close();
    await back.close();
  });

  test('an installation without a mail server says so in its metrics, and goes on', async () => {
    const other = await startTestServer(inject('postgresUrl'), { ...noLimits, pushServices: [push.origin] });
    const site = await other.addSite({ kind: 'page' }, { notify: { steps: [email(0)] } });
    await other.addAgent(site);
    const customer = await connectCustomer(other.url, site.key);
    await customer.send('handoff:request', {});
    const metrics = async () => (await fetch(`${other.url}/metrics`)).text();
    await eventually(metrics).toContain('handrail_notifications_total{channel="email",result="off"} 1');
    customer.close();
    await other.close();
  });
});

test('asking does not depend on it: what could not be planned is found by the sweep of another server', async () => {
  const { site, mails } = await stage({ steps: [email(0)] });
  const refused = vi.spyOn(server.app.jobs, 'plan').mockRejectedValue(new Error('away'));
  const customer = await waiting(site.key);
  await eventually(() => refused.mock.calls.length).toBeGreaterThanOrEqual(1);
  refused.mockRestore();
  expect(mails()).toEqual([]);
  const other = await startTestServer(
    inject('postgresUrl'),
    { ...noLimits, smtpUrl: mail.url, mailFrom: 'handrail@acme.example' },
    server.databaseUrl,
  );
  await eventually(() => mails().length).toBe(1);
  await eventually(() => isDone(customer)).toBe(true);
  await other.close();
});
