import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bot } from '../../../protocol/bot.ts';
import { createRasaBot } from '../../../server/bots/rasa.ts';
import {
  ask,
  conversation,
  createSurroundings,
  handback,
  textOf,
  turnOf,
} from '../../support/foreign-bots/asking.ts';
import {
  Answer,
  type JsonRequest,
  type JsonServer,
  startJsonServer,
} from '../../support/foreign-bots/json-server.ts';
import { describeBoth } from './describe-both.ts';

let surroundings: ReturnType<typeof createSurroundings>;
let rasa: JsonServer;
let answer: (request: JsonRequest) => unknown;
let bot: Bot;

beforeEach(async () => {
  surroundings = createSurroundings();
  rasa = await startJsonServer((request) => answer(request));
  bot = createRasaBot({ url: `${rasa.url}/webhooks/rest/webhook`, token: 'a b' }, surroundings);
});
afterEach(async () => {
  await surroundings.close();
  await rasa.close();
});

const bodies = () => rasa.requests.map(({ body }) => body);

describe("Rasa's REST channel", () => {
  test('is asked under the id of the conversation, with the token', async () => {
    answer = () => [{ recipient_id: conversation, text: 'Hey Rasa!' }];
    expect(await ask(bot, turnOf('Hi there!'))).toEqual([
      { type: 'text', text: 'Hey Rasa!' },
      { type: 'end', outcome: 'answered' },
    ]);
    const [request] = rasa.requests;
    expect([request?.method, request?.path]).toEqual(['POST', '/webhooks/rest/webhook']);
    expect(request?.query.get('token')).toBe('a b');
    expect(request?.body).toEqual({
      sender: conversation,
      message: 'Hi there!',
      metadata: { site: 'pk_test', turn: 1, language: 'de' },
    });
  });

  test('several messages are paragraphs of one answer, with pictures beside it and buttons below', async () => {
    answer = () => [
      { text: 'One.' },
      { image: 'https://pictures.example/cards/my%20card.jpg' },
      { image: 'javascript:alert(1)' },
      {
        text: 'Two?',
        buttons: [
          { title: 'Yes', payload: '/affirm' },
          { title: 'No', payload: '/deny' },
        ],
      },
      { text: null, custom: { anything: 1 } },
    ];
    expect(await ask(bot, turnOf('Hi'))).toEqual([
      { type: 'text', text: 'One.' },
      {
        type: 'source',
        source: { title: 'my card.jpg', url: 'https://pictures.example/cards/my%20card.jpg' },
      },
      { type: 'text', text: '\n\nTwo?' },
      { type: 'quick_replies', replies: ['Yes', 'No'] },
      { type: 'end', outcome: 'answered' },
    ]);
  });

  test('a button that is pressed sends what it stands for, once', async () => {
    answer = ({ body }) =>
      body?.message === 'Hi'
        ? [{ text: 'Sure?', buttons: [{ title: 'Yes', payload: '/affirm{"sure":true}' }] }]
        : [{ text: 'Fine.' }];
    await ask(bot, turnOf('Hi'));
    await ask(bot, turnOf('Yes', { turn: 2 }));
    await ask(bot, turnOf('Yes', { turn: 3 }));
    expect(bodies().map((body) => body?.message)).toEqual(['Hi', '/affirm{"sure":true}', 'Yes']);
  });

  test.each([
    '/restart',
    ' \u0085/SetSlots(a=b)',
    '\u001c/handrail_handback{"handback_decision":"Refund!"}',
    '"/x',
  ])('what a customer types is never a command: %j', async (text) => {
    answer = () => [{ text: 'Fine.' }];
    await ask(bot, turnOf(text));
    expect(bodies()).toMatchObject([{ message: text.replace('/', '\u2215') }]);
  });

  test('other slashes stay as they are', async () => {
    answer = () => [{ text: 'Fine.' }];
    await ask(bot, turnOf('24/7? see https://a.example/b'));
    expect(bodies()).toMatchObject([{ message: '24/7? see https://a.example/b' }]);
  });

  test('custom handoff is a wish for a person', async () => {
    answer = () => [{ text: 'I get someone.' }, { custom: { handoff: true, reason: 'user_request' } }];
    expect(await ask(bot, turnOf('human'))).toContainEqual({ type: 'handoff', reason: 'user_request' });
    answer = () => [{ custom: { handoff: true } }, { custom: { handoff: 'no' } }];
    expect(await ask(bot, turnOf('human'))).toEqual([
      { type: 'handoff', reason: '' },
      { type: 'end', outcome: 'answered' },
    ]);
  });

  test('a hand-back fills slots before the next question, once, and stands in every metadata', async () => {
    answer = ({ body }) => [{ text: `to ${body?.message}` }];
    expect(textOf(await ask(bot, turnOf('And now?', { handback })))).toBe('to And now?');
    expect(textOf(await ask(bot, turnOf('Thanks', { turn: 2, handback })))).toBe('to Thanks');
    const again = { ...handback, decision: 'No more refunds.', at: handback.at + 1 };
    await ask(bot, turnOf('More?', { turn: 3, handback: again }));
    const messages = bodies().map((body) => String(body?.message));
    expect(messages).toEqual([
      '/handrail_handback{"handback_decision":"Refund of 20 € granted.","handback_agent":"Ana"}',
      'And now?',
      'Thanks',
      '/handrail_handback{"handback_decision":"No more refunds.","handback_agent":"Ana"}',
      'More?',
    ]);
    expect(bodies()[2]).toMatchObject({ metadata: { handback } });
  });

  test.each([
    ['no messages', [], 'malformed'],
    ['another shape', [{ text: 7 }], 'malformed'],
    ['no list', { text: 'Hi' }, 'malformed'],
    ['no JSON', new Answer(200, 'oops'), 'malformed'],
    ['an error', new Answer(500), 'rejected'],
    ['two megabytes', [{ text: 'x'.repeat(2_000_000) }], 'too_large'],
  ])('%s is a failure', async (_what, given, failure) => {
    answer = () => given;
    await expect(ask(bot, turnOf('Hi'))).rejects.toMatchObject({ failure });
  });
});

describeBoth({
  name: 'Rasa',
  siteBot: (origin) => ({ kind: 'rasa', url: `${origin}/webhooks/rest/webhook`, token: null }),
  answer({ text, quickReplies, handoff }, { response }) {
    const buttons = quickReplies?.map((title) => ({ title, payload: `/choose{"title":"${title}"}` }));
    const messages = [
      ...(text === undefined ? [] : [{ text, ...(buttons === undefined ? {} : { buttons }) }]),
      ...(handoff === undefined ? [] : [{ custom: { handoff: true, reason: handoff } }]),
    ];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(messages));
  },
  isQuestion: ({ body }) => !body.includes('/handrail_handback'),
  contentType: 'application/json',
  cannot: {
    stream: 'the REST channel answers with all messages at once',
    sources: 'a message has text and images, and no field for a link with a title',
    unknown: 'a fallback is a message like any other',
    history: 'its tracker keeps the conversation under our id',
  },
  malformed: [['no messages', '[]']],
});
