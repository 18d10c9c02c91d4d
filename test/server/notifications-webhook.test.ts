import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { NotifyStep } from '../../server/domain/notify-plan.ts';
import { oneLine } from '../../server/notify/message.ts';
import { isPushService } from '../../server/notify/web-push.ts';
import { connectCustomer, type TestCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { createDevice, type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, json, noLimits } from './requests.ts';

const secret = 'a secret of the site';
let hook: Receiver;
let server: TestServer;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  hook = await startReceiver();
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    outboundAllow: ['127.0.0.0/8'],
    pushServices: [hook.origin],
  });
});
afterAll(async () => {
  for (const one of open) one.close();
  await server?.close();
  await hook?.close();
});

const webhook = (path: string, style: 'json' | 'slack' = 'json'): NotifyStep => ({
  channel: 'webhook',
  afterMs: 0,
  url: `${hook.origin}${path}`,
  style,
  secret,
});
const consoleUrl = ({ conversationId }: TestCustomer) =>
  `${server.url.replace('127.0.0.1', 'localhost')}/console/c/${conversationId}`;
const at = (path: string) => hook.received.filter((one) => one.path === path);

async function waiting(steps: NotifyStep[], text: string): Promise<TestCustomer & { siteKey: string }> {
  const site = await server.addSite({ kind: 'page' }, { title: 'Acme <help>', notify: { steps } });
  const customer = await connectCustomer(server.url, site.key);
  open.push(customer);
  await customer.send('message:send', { text });
  await customer.send('handoff:request', {});
  return { ...customer, siteKey: site.key };
}

describe('a webhook', () => {
  test('gets signed JSON, tried again under the same id until it takes it', async () => {
    hook.answer(500);
    const customer = await waiting([webhook('/json')], 'Where is my card?');
    await eventually(() => at('/json').length).toBe(1);
    hook.answer(204);
    await eventually(() => at('/json').length).toBe(2);
    const [first, second] = at('/json').map(({ body }) => JSON.parse(body.toString()));
    const requested = await customer.until('handoff.requested');
    expect(second).toEqual({
      id: first.id,
      attempt: 2,
      type: 'handoff.waiting',
      conversation: customer.conversationId,
      site: customer.siteKey,
      topic: 'Where is my card?',
      since: requested.at,
      waitedMs: expect.any(Number),
      place: 1,
      url: consoleUrl(customer),
    });
    expect(first).toMatchObject({ attempt: 1 });
    for (const { headers, body } of at('/json')) {
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': first.id });
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['handrail-signature'])) ?? [];
      expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'));
    }
  });

  test('for Slack gets text in which nothing of a customer is a link, a mention or a second line', async () => {
    const customer = await waiting(
      [webhook('/slack', 'slack')],
      'Hi <!channel> & <https://evil.example|bank>\n*now*',
    );
    await eventually(() => at('/slack').length).toBe(1);
    const [message] = at('/slack');
    expect(message?.headers).not.toHaveProperty('handrail-signature');
    expect(JSON.parse(String(message?.body))).toEqual({
      text:
        'A customer waits for a person at Acme &lt;help&gt;, just now (next in the queue).\n' +
        '> Hi &lt;!channel&gt; &amp; &lt;https://evil.example|bank&gt; *now*\n' +
        `<${consoleUrl(customer)}|Open the conversation>`,
    });
  });

  test('that would lead into the private network is not called', async () => {
    const other = await startTestServer(inject('postgresUrl'), { ...noLimits, outboundAllow: [] });
    const site = await other.addSite({ kind: 'page' }, { notify: { steps: [webhook('/private')] } });
    const customer = await connectCustomer(other.url, site.key);
    await customer.send('handoff:request', {});
    const metrics = async () => (await fetch(`${other.url}/metrics`)).text();
    await eventually(metrics).toContain('handrail_notifications_total{channel="webhook",result="retried"} 1');
    expect(at('/private')).toEqual([]);
    customer.close();
    await other.close();
  });
});

describe("an agent's devices", () => {
  const post = (path: string, cookie: string, body: unknown = {}) =>
    fetch(`${server.url}/v1/desk/notifications${path}`, json(body, { cookie }));

  test('are added, tested and removed by their own agent alone', async () => {
    const site = await server.addSite({ kind: 'page' });
    const [ana, ben] = [await server.addAgent(site), await server.addAgent(site, 'Ben')];
    const device = createDevice(hook.origin);
    expect((await post('/device', ana.cookie, device.subscription)).status).toBe(204);
    const { endpoint } = device.subscription;
    expect((await post('/device/remove', ben.cookie, { endpoint })).status).toBe(204);
    hook.answer(201);
    const testOf = async (cookie: string) => (await post('/test', cookie, { endpoint })).json();
    expect(await testOf(ana.cookie)).toEqual({ isSent: true });
    const [message] = at(new URL(endpoint).pathname);
    expect(device.read(message?.body ?? Buffer.alloc(0))).toMatchObject({ tag: 'test' });
    expect(await testOf(ben.cookie)).toEqual({ isSent: false });
    hook.answer(500);
    expect(await testOf(ana.cookie)).toEqual({ isSent: false });
    expect((await post('/device/remove', ana.cookie, { endpoint })).status).toBe(204);
    hook.answer(201);
    expect(await testOf(ana.cookie)).toEqual({ isSent: false });
    await testOf(ana.cookie);
    await testOf(ana.cookie);
    await testOf(ana.cookie);
    await expectProblem(await post('/test', ana.cookie, { endpoint }), 'rate_limited');
    expect(at(new URL(endpoint).pathname)).toHaveLength(2);
  });

  test('belong to whoever switched them on last, and to no more than twenty a person', async () => {
    const site = await server.addSite({ kind: 'page' });
    const [ana, ben] = [await server.addAgent(site), await server.addAgent(site, 'Ben')];
    const { subscription } = createDevice(hook.origin);
    await post('/device', ana.cookie, subscription);
    await post('/device', ben.cookie, subscription);
    const { notifications } = server.store;
    expect(await notifications.subscriptions([ana.id])).toEqual([]);
    expect(await notifications.subscriptions([ben.id])).toEqual([subscription]);
    for (let one = 0; one < 25; one++) {
      await notifications.saveSubscription(ana.id, createDevice(hook.origin).subscription);
    }
    expect(await notifications.subscriptions([ana.id])).toHaveLength(20);
  });

  test.each([
    'https://127.0.0.1/push/abcdef',
    'http://fcm.googleapis.com/fcm/send/abcdef',
    'https://fcm.googleapis.com.evil.example/abcdef',
    'https://fcm.googleapis.com:8443/abcdef',
    'https://user:pass@fcm.googleapis.com/abcdef',
    'https://evilpush.apple.com.example/abcdef',
    'https://notpush.services.mozilla.com.example/abc',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
  ])('at %s are refused: the server would call it', async (endpoint) => {
    const site = await server.addSite({ kind: 'page' });
    const { cookie } = await server.addAgent(site);
    const { keys } = createDevice(hook.origin).subscription;
    await expectProblem(await post('/device', cookie, { endpoint, keys }), 'invalid');
  });

  test.each([
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/abc',
    'https://db5p.notify.windows.com/w/?token=abc',
    'https://web.push.apple.com/abc',
  ])('at %s are taken', (endpoint) => {
    expect(isPushService(endpoint, [])).toBe(true);
  });

  test('how a site tells its agents is shown without addresses and secrets', async () => {
    const notify = { steps: [webhook('/json'), { channel: 'push', afterMs: 0 } as const] };
    const site = await server.addSite({ kind: 'page' }, { title: 'Shown', notify });
    const { cookie } = await server.addAgent(site);
    const response = await fetch(`${server.url}/v1/desk/notifications`, { headers: { cookie } });
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      publicKey: expect.stringMatching(/^[\w-]{87}$/),
      sites: [
        {
          site: 'Shown',
          steps: [
            { channel: 'webhook', afterMs: 0 },
            { channel: 'push', afterMs: 0 },
          ],
        },
      ],
    });
    expect(text).not.toContain(secret);
  });
});

test('text from outside becomes one line, and is cut between signs', () => {
  expect(oneLine(' a\r\nb\t\u2028c\u0000 ', 10)).toBe('a b c');
  expect(oneLine('👍👍👍👍', 3)).toBe('👍👍…');
});
