import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDialogflowBot } from '../../../server/bots/dialogflow.ts';
import {
  ask,
  conversation,
  createSurroundings,
  handback,
  turnOf,
} from '../../support/foreign-bots/asking.ts';
import { Answer, type JsonServer, startJsonServer } from '../../support/foreign-bots/json-server.ts';
import { describeBoth } from './describe-both.ts';

let surroundings: ReturnType<typeof createSurroundings>;
let agent: JsonServer;
let answer: unknown;

beforeEach(async () => {
  surroundings = createSurroundings();
  agent = await startJsonServer(() => answer);
});
afterEach(async () => {
  await surroundings.close();
  await agent.close();
});

const bot = (path = '/detect', token: string | null = 't0ken') =>
  createDialogflowBot({ url: `${agent.url}${path}`, token }, surroundings);
const says = (...texts: string[]) => ({ text: { text: texts } });

describe('Dialogflow', () => {
  test('is asked in the shape of detectIntent', async () => {
    answer = { queryResult: { responseMessages: [says('Hello')] } };
    const page = { url: 'https://acme.example/cards', title: 'Cards' };
    const customer = { ...turnOf('').customer, page };
    await ask(bot(), turnOf('Hi', { customer, handback, turn: 3 }));
    expect(agent.requests[0]?.headers.authorization).toBe('Bearer t0ken');
    expect(agent.requests[0]?.body).toEqual({
      session: conversation,
      queryInput: { text: { text: 'Hi' }, languageCode: 'de' },
      queryParams: {
        parameters: {
          handrail_site: 'pk_test',
          handrail_turn: 3,
          page_url: page.url,
          page_title: page.title,
          handback_decision: handback.decision,
          handback_agent: 'Ana',
          handback_at: handback.at,
          // What was said in a turn before must not stay in the session.
          hint: null,
        },
      },
    });
  });

  test('is told by a parameter that guidance is tried, and nothing of that by customers', async () => {
    answer = { queryResult: { responseMessages: [says('Hello')] } };
    await ask(bot(), turnOf('Hi', { replay: true }));
    await ask(bot(), turnOf('Hi'));
    const parameters = agent.requests.map(({ body }) => Object(body).queryParams.parameters);
    expect(parameters[0]).toMatchObject({ handrail_replay: true });
    expect(parameters[1]).not.toHaveProperty('handrail_replay');
  });

  test('with the session in its address gets none in the body', async () => {
    answer = { queryResult: { responseMessages: [says('Hello')] } };
    await ask(bot('/v3/agents/a/sessions/{session}:detectIntent', null), turnOf('Hi'));
    const [request] = agent.requests;
    expect(request?.path).toBe(`/v3/agents/a/sessions/${conversation}:detectIntent`);
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.body).not.toHaveProperty('session');
  });

  test.each(['detectIntent', 'webhook'])('answers in the shape of %s', async (shape) => {
    const messages = [
      says('One.', 'Two.'),
      {
        payload: {
          richContent: [
            [
              {
                type: 'info',
                title: 'Cards',
                subtitle: 'All of them',
                actionLink: 'https://acme.example/cards',
              },
              {
                type: 'chips',
                options: [
                  { text: 'Yes' },
                  { text: 'No' },
                  { text: 'Help', link: 'https://acme.example/help' },
                ],
              },
              { type: 'image', rawUrl: 'https://acme.example/a.png' },
              'nonsense',
            ],
          ],
        },
      },
      { outputAudioText: { text: 'spoken' } },
      { liveAgentHandoff: { metadata: { queue: 'billing', reason: 'repeat_failure' } } },
      { endInteraction: {} },
    ];
    answer =
      shape === 'webhook'
        ? { fulfillmentResponse: { messages } }
        : { responseId: 'r', queryResult: { responseMessages: messages, match: { matchType: 'INTENT' } } };
    expect(await ask(bot(), turnOf('Hi'))).toEqual([
      { type: 'text', text: 'One.' },
      { type: 'text', text: '\n\nTwo.' },
      { type: 'text', text: '\n\n**Cards**\nAll of them' },
      { type: 'source', source: { title: 'Cards', url: 'https://acme.example/cards' } },
      { type: 'source', source: { title: 'Help', url: 'https://acme.example/help' } },
      { type: 'handoff', reason: 'repeat_failure' },
      { type: 'quick_replies', replies: ['Yes', 'No'] },
      { type: 'end', outcome: 'answered' },
    ]);
  });

  test('a handoff without a reason brings all that it says, and one without anything is one, too', async () => {
    const handoff = (metadata?: object) => ({
      queryResult: { responseMessages: [{ liveAgentHandoff: { metadata } }] },
    });
    answer = handoff({ queue: 'billing' });
    expect(await ask(bot(), turnOf('Hi'))).toContainEqual({ type: 'handoff', reason: '{"queue":"billing"}' });
    answer = handoff();
    expect(await ask(bot(), turnOf('Hi'))).toContainEqual({ type: 'handoff', reason: '' });
  });

  test('that matched nothing does not know', async () => {
    const queryResult = { responseMessages: [says('Sorry?')], match: { matchType: 'NO_MATCH' } };
    answer = { queryResult };
    expect(await ask(bot(), turnOf('Hi'))).toContainEqual({ type: 'end', outcome: 'unknown' });
  });

  test.each([
    ['nothing', {}, 'malformed'],
    ['no messages', { queryResult: { responseMessages: [] } }, 'malformed'],
    ['another shape', { queryResult: { responseMessages: [{ text: 'Hi' }] } }, 'malformed'],
    ['no JSON', new Answer(200, '<html>'), 'malformed'],
    ['an error', new Answer(404), 'rejected'],
  ])('%s is a failure', async (_what, given, failure) => {
    answer = given;
    await expect(ask(bot(), turnOf('Hi'))).rejects.toMatchObject({ failure });
  });
});

describeBoth({
  name: 'Dialogflow',
  siteBot: (origin) => ({ kind: 'dialogflow', url: `${origin}/detect`, token: null }),
  answer({ text, sources, quickReplies, handoff, isUnknown }, { response }) {
    const elements = [
      ...(sources ?? []).map(({ title, url }) => ({ type: 'button', text: title, link: url })),
      ...(quickReplies === undefined
        ? []
        : [{ type: 'chips', options: quickReplies.map((one) => ({ text: one })) }]),
    ];
    const responseMessages = [
      ...(text === undefined ? [] : [says(text)]),
      { payload: { richContent: [elements] } },
      ...(handoff === undefined ? [] : [{ liveAgentHandoff: { metadata: { reason: handoff } } }]),
    ];
    const match = { matchType: isUnknown ? 'NO_MATCH' : 'INTENT' };
    const body = JSON.stringify({ queryResult: { responseMessages, match } });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  },
  contentType: 'application/json',
  cannot: {
    stream: 'detectIntent answers with all messages at once',
    history: 'its session keeps the conversation under our id',
  },
  malformed: [['no messages', '{"queryResult":{"responseMessages":[]}}']],
});
