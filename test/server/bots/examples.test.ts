import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { SiteBot } from '../../../server/store/schema.ts';
import { connectAgent, connectCustomer } from '../../support/clients.ts';
import { startExample } from '../../support/foreign-bots/example.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { noLimits } from '../requests.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(() => server.close());

const secret = randomUUID();

/** Each example: what it is started with, and how a site then names its bot. */
const examples: Record<string, { env(): Record<string, string>; bot(url: string): SiteBot }> = {
  'rasa-bot': {
    env: () => ({ TOKEN: secret }),
    bot: (url) => ({ kind: 'rasa', url, token: secret }),
  },
  'dialogflow-bot': {
    env: () => ({ TOKEN: secret }),
    bot: (url) => ({ kind: 'dialogflow', url, token: secret }),
  },
  'botframework-bot': {
    env: () => ({ SECRET: secret }),
    bot: (url) => ({ kind: 'botframework', url, secret }),
  },
  'chatwoot-bot': {
    env: () => ({ API_TOKEN: secret, API_URL: server.url }),
    bot: (url) => ({ kind: 'chatwoot', url, token: secret, secret: 's' }),
  },
};

describe('the examples of bots', () => {
  test.each(Object.entries(examples))('%s goes the whole way', async (name, { env, bot }) => {
    const example = await startExample(name, env());
    const site = await server.addSite(bot(example.url));
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    const customer = await connectCustomer(server.url, site.key);
    const { conversationId } = customer;
    const ask = async (text: string, answer: string) => {
      await customer.send('message:send', { text });
      return customer.until('answer.ended', (fact) => fact.text.includes(answer));
    };
    try {
      await ask('Where is my refund?', 'five days');
      const { replies } = await customer.until('answer.ended', (fact) => fact.replies !== undefined);
      expect(replies).toEqual(['By card', 'By bank']);
      await ask('I want to complain', 'One moment.');
      await customer.until('handoff.requested', ({ reason }) => reason === 'bot_asked');
      await desk.send('handoff:accept', conversationId, {});
      await desk.send('handoff:return', conversationId, { decision: 'Granted.' });
      await customer.until('handoff.returned');
      await ask('and my refund?', 'A colleague has decided: Granted.');
    } finally {
      customer.close();
      desk.close();
      await example.close();
    }
  });
});
