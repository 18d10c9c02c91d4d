import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createChatwootBot } from '../../../server/bots/chatwoot.ts';
import { sign } from '../../../server/bots/http.ts';
import {
  ask,
  conversation,
  createSurroundings,
  handback,
  turnOf,
} from '../../support/foreign-bots/asking.ts';
import { Answer, type JsonServer, startJsonServer } from '../../support/foreign-bots/json-server.ts';
import { describeContract } from './contract.ts';
import { stageChatwoot } from './heard-chatwoot.ts';
import { describeHeard } from './heard-contract.ts';

let answer: () => unknown = () => ({});
let webhook: JsonServer;
beforeAll(async () => {
  webhook = await startJsonServer(() => answer());
});
beforeEach(() => {
  answer = () => ({});
});
afterAll(() => webhook.close());

describe('what a Chatwoot bot is told', () => {
  let surroundings: ReturnType<typeof createSurroundings>;
  beforeEach(() => {
    surroundings = createSurroundings();
  });
  afterEach(() => surroundings.close());
  const adapter = () => createChatwootBot({ url: webhook.url, secret: 's' }, surroundings);
  const lastRequest = () => webhook.requests.at(-1);

  /** Asks, and lets the turn go once the bot has been told. */
  async function tellQuestion(...[text, more]: Parameters<typeof turnOf>) {
    const moved = new AbortController();
    answer = () => {
      setImmediate(() => moved.abort(new Error('moved on')));
      return {};
    };
    await expect(ask(adapter(), turnOf(text, more), moved.signal)).rejects.toThrow('moved on');
    return lastRequest()?.body;
  }

  test('is a question as an AgentBot gets it', async () => {
    const customer = { ...turnOf('').customer, page: { url: 'https://acme.example/cards', title: 'Cards' } };
    const told = await tellQuestion('Hi', { turn: 2, customer });
    const sender = { type: 'contact', name: expect.any(String), id: expect.any(Number) };
    expect(told).toMatchObject({
      event: 'message_created',
      id: 5_670_000_004,
      content: 'Hi',
      message_type: 'incoming',
      content_type: 'text',
      content_attributes: {},
      private: false,
      source_id: null,
      sender,
      account: { id: 1, name: expect.any(String) },
      inbox: { id: 1, name: expect.any(String) },
      conversation: {
        id: 567,
        inbox_id: 1,
        status: 'pending',
        can_reply: true,
        channel: 'Channel::WebWidget',
        additional_attributes: {
          browser_language: 'de',
          referer: 'https://acme.example/cards',
          handrail: { site: 'pk_test', conversation, turn: 2 },
        },
        meta: { sender, assignee: null },
      },
    });
    expect(Date.parse(String(told?.created_at))).toBeGreaterThan(0);
  });

  test('names the kind of a message in words, and inside the conversation by number, as Chatwoot does', async () => {
    const told = await tellQuestion('Hi');
    expect(told).toMatchObject({
      message_type: 'incoming',
      conversation: { messages: [{ content: 'Hi', message_type: 0, sender: { type: 'contact' } }] },
    });
  });

  test('is signed', async () => {
    await tellQuestion('Hi');
    const signature = String(lastRequest()?.headers['handrail-signature']);
    const [, t] = /^t=(\d+),/.exec(signature) ?? [];
    expect(signature).toBe(sign('s', lastRequest()?.raw ?? '', Number(t) * 1_000));
  });

  test('is a hand-back, with every question from then on', async () => {
    expect(await tellQuestion('Hi', { handback })).toMatchObject({
      conversation: {
        custom_attributes: {
          handback_agent: 'Ana',
          handback_decision: 'Refund of 20 € granted.',
          handback_at: handback.at,
        },
      },
    });
  });

  test.each([
    ['requested', { event: 'conversation_opened', status: 'open', meta: { assignee: null } }],
    ['accepted', { event: 'conversation_updated', status: 'open', meta: { assignee: { name: 'Ana' } } }],
    ['cancelled', { event: 'conversation_status_changed', status: 'pending' }],
    [
      'returned',
      {
        event: 'conversation_status_changed',
        status: 'pending',
        custom_attributes: { handback_agent: 'Ana', handback_decision: 'Granted.' },
        changed_attributes: [{ status: { previous_value: 'open', current_value: 'pending' } }],
      },
    ],
    ['resolved', { event: 'conversation_resolved', status: 'resolved' }],
  ] as const)('is that a person was %s', async (status, expected) => {
    const agent = status === 'accepted' || status === 'returned' ? 'Ana' : null;
    const decision = status === 'returned' ? 'Granted.' : '';
    await adapter().tell?.({ conversation, status, agent, decision }, new AbortController().signal);
    expect(lastRequest()?.body).toMatchObject({ id: 567, ...expected });
  });

  test('and a bot that does not take it has failed', async () => {
    answer = () => new Answer(500, 'oops');
    await expect(ask(adapter(), turnOf('Hi'))).rejects.toMatchObject({ failure: 'rejected', status: 500 });
  });
});

const noField = 'a message has no field for it: bots say so in words, or open the conversation';

describeContract({
  name: 'Chatwoot',
  siteBot: (origin) => ({ kind: 'chatwoot', url: `${origin}/webhook`, token: 'a token', secret: 's' }),
  answer: (_said, { response }) => void response.end('{}'),
  contentType: 'application/json',
  cannot: {
    answer: 'a webhook is only acknowledged: answers are requests to our API, heard in the contract below',
    stream: 'a message is one request',
    unknown: noField,
  },
});

describeHeard({
  name: 'Chatwoot',
  stage: stageChatwoot,
  cannot: {
    stream: 'a message is one request',
    unknown: noField,
    silence: 'our API refuses an empty message, and the turn goes on (chatwoot-api.test.ts)',
    'fail: malformed': 'our API refuses what is no message, and the turn goes on (chatwoot-api.test.ts)',
    'fail: too_large':
      'our API refuses a message that is too long, and the turn goes on (chatwoot-api.test.ts)',
    writesOn: 'a message names no question: one that comes late answers the newest (chatwoot-api.test.ts)',
  },
});
