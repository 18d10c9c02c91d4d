import type OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import { loopbackRanges } from '../../../server/bots/addresses.ts';
import type { BotError } from '../../../server/bots/bot-error.ts';
import { collectReply } from '../../../server/bots/collect.ts';
import { createOpenAiBot } from '../../../server/bots/openai.ts';
import { createOutbound } from '../../../server/bots/outbound.ts';
import { describeBoth } from './describe-both.ts';
import { type Exchange, type Said, startFakeBot, turnOf } from './dialect.ts';

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type Choice = Chunk['choices'][number];
type Completion = OpenAI.Chat.Completions.ChatCompletion;

const siteBot = (origin: string) =>
  ({ kind: 'openai', url: `${origin}/v1`, key: 'sk-test', model: 'm-1', instructions: 'You help.' }) as const;

const chunk = (delta: Choice['delta'], finish_reason: Choice['finish_reason'] = null): Chunk => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm-1',
  choices: [{ index: 0, delta, finish_reason }],
});
const usage: Chunk = {
  ...chunk({}),
  choices: [],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const says = (content: string) => chunk({ content });
const calls = (index: number, name: string | undefined, args: string): Chunk =>
  chunk({
    tool_calls: [
      {
        index,
        ...(name === undefined ? {} : { id: `call_${index}`, type: 'function' as const }),
        function: { ...(name === undefined ? {} : { name }), arguments: args },
      },
    ],
  });
const dataOf = (...chunks: (object | string)[]) =>
  chunks.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');

/** What an OpenAI-compatible endpoint streams for a model that wants to say this. */
function streamOf({ text = '', handoff, isUnknown }: Said): Chunk[] {
  const pieces = text.match(/.{1,1000}/gsu) ?? [];
  const short = text.length < 1_000 ? (text.match(/.{1,5}/gsu) ?? []) : pieces;
  return [
    chunk({ role: 'assistant', content: '' }),
    ...short.map(says),
    ...(handoff === undefined
      ? []
      : [
          calls(0, 'handoff', ''),
          calls(0, undefined, '{"rea'),
          calls(0, undefined, `son":${JSON.stringify(handoff)}}`),
        ]),
    ...(isUnknown ? [calls(1, 'dont_know', '{}')] : []),
    chunk({}, handoff === undefined && !isUnknown ? 'stop' : 'tool_calls'),
    usage,
  ];
}

const cannot = {
  sources: 'a completion is text alone: links stand in it',
  quickReplies: 'a completion has no choices for the customer',
};

describeBoth({
  name: 'openai, streamed',
  siteBot,
  contentType: 'text/event-stream',
  cannot,
  answer(said, { response }) {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const one of streamOf(said)) response.write(dataOf(one));
    response.end(dataOf('[DONE]'));
  },
  malformed: [
    ['an event that is no JSON', 'data: {oops\n\n'],
    ['a stream without an end', dataOf(says('Half'))],
    ['nothing but done', dataOf('[DONE]')],
    ['a content that is none', dataOf({ choices: [{ index: 0, delta: { content: 7 } }] })],
    ['a call of a tool that nobody declared', dataOf(calls(0, 'rm', '{}'), chunk({}, 'tool_calls'))],
  ],
});

describeBoth({
  name: 'openai, in one piece',
  siteBot,
  contentType: 'application/json',
  cannot: { ...cannot, stream: 'the endpoint does not stream' },
  answer({ text = '', handoff, isUnknown }, { response }) {
    const called: [string, object][] = [];
    if (handoff !== undefined) called.push(['handoff', { reason: handoff }]);
    if (isUnknown) called.push(['dont_know', {}]);
    const whole: Completion = {
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm-1',
      choices: [
        {
          index: 0,
          finish_reason: called.length === 0 ? 'stop' : 'tool_calls',
          logprobs: null,
          message: {
            role: 'assistant',
            content: text === '' ? null : text,
            refusal: null,
            tool_calls: called.map(([name, args], index) => ({
              id: `call_${index}`,
              type: 'function',
              function: { name, arguments: JSON.stringify(args) },
            })),
          },
        },
      ],
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole));
  },
});

describe('what an OpenAI-compatible endpoint answers', () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  async function ask(answer: string | ((exchange: Exchange) => void), key = 'sk-test') {
    const headers: Exchange['request']['headers'][] = [];
    const urls: string[] = [];
    const bot = await startFakeBot((exchange) => {
      headers.push(exchange.request.headers);
      urls.push(exchange.request.url ?? '');
      if (typeof answer !== 'string') return answer(exchange);
      exchange.response.writeHead(200, { 'content-type': 'text/event-stream' }).end(answer);
    });
    const call = createOutbound({ allowPrivate: loopbackRanges });
    opened.push(bot.close, call.close);
    const errors: BotError[] = [];
    const end = await collectReply(
      createOpenAiBot({ ...siteBot(bot.origin), url: `${bot.origin}/v1/`, key }, { call }),
      turnOf(),
      { firstByteMs: 5_000, totalMs: 10_000 },
      new AbortController().signal,
      () => undefined,
      (error) => errors.push(error),
    );
    return { ...end, headers: headers[0] ?? {}, urls, isOutage: errors[0]?.isOutage ?? false };
  }

  test('is asked for at its address, with the key, if there is one', async () => {
    const answer = dataOf(says('Yes.'), chunk({}, 'stop'));
    const { headers, urls } = await ask(answer);
    expect(urls).toEqual(['/v1/chat/completions']);
    expect(headers.authorization).toBe('Bearer sk-test');
    expect((await ask(answer, '')).headers.authorization).toBeUndefined();
  });

  const answered: [string, string, object][] = [
    ['without [DONE]', dataOf(says('Yes.'), chunk({}, 'stop')), { text: 'Yes.' }],
    ['without a reason to end', dataOf(says('Yes.'), '[DONE]'), { text: 'Yes.' }],
    [
      'with usage in between',
      dataOf(usage, says('Ye'), usage, says('s.'), usage, chunk({}, 'stop'), usage, '[DONE]'),
      { text: 'Yes.' },
    ],
    ['with the end in the last piece of text', dataOf(chunk({ content: 'Yes.' }, 'stop')), { text: 'Yes.' }],
    [
      'with nulls',
      dataOf(
        { choices: [{ index: 0, delta: { content: null, tool_calls: null }, finish_reason: null }] },
        says('Yes.'),
        '[DONE]',
      ),
      { text: 'Yes.' },
    ],
    [
      'with the thoughts of a model that thinks',
      dataOf({ choices: [{ delta: { reasoning_content: 'Hm.' } }] }, says('Yes.'), '[DONE]'),
      { text: 'Yes.' },
    ],
    [
      'in parts',
      dataOf({ choices: [{ delta: { content: [{ type: 'text', text: 'Yes.' }] } }] }, '[DONE]'),
      { text: 'Yes.' },
    ],
    [
      'with a second choice',
      dataOf(
        { choices: [{ index: 1, delta: { content: 'No.' }, finish_reason: 'stop' }] },
        says('Yes.'),
        '[DONE]',
      ),
      { text: 'Yes.' },
    ],
    [
      'with a refusal of the model',
      dataOf(chunk({ refusal: 'I cannot.' }), chunk({}, 'stop')),
      { text: 'I cannot.' },
    ],
    [
      'with two calls whose pieces alternate',
      dataOf(
        calls(0, 'dont_know', '{'),
        calls(1, 'handoff', '{"reason":'),
        calls(0, undefined, '}'),
        calls(1, undefined, '"a \\"loss\\""}'),
        chunk({}, 'tool_calls'),
      ),
      { handoff: 'a "loss"', outcome: 'unknown' },
    ],
    [
      'with a call whose arguments are broken',
      dataOf(calls(0, 'handoff', '{"reason":"a'), chunk({}, 'tool_calls')),
      { handoff: '', failure: null },
    ],
    [
      'that it does not know, without a word',
      dataOf(calls(0, 'dont_know', '{}'), chunk({}, 'tool_calls')),
      { outcome: 'unknown', text: '' },
    ],
  ];
  test.each(answered)('is understood %s', async (_name, answer, expected) => {
    expect(await ask(answer)).toMatchObject({ failure: null, ...expected });
  });

  const failed: [string, string, object][] = [
    [
      'cut off by the length',
      dataOf(says('Half'), chunk({}, 'length')),
      { failure: 'too_large', text: 'Half' },
    ],
    [
      'stopped by a filter',
      dataOf(says('Half'), chunk({}, 'content_filter')),
      { failure: 'rejected', isOutage: false },
    ],
    [
      'an error in the stream',
      dataOf(says('Half'), { error: { message: 'words', code: 502 } }),
      { failure: 'rejected', text: 'Half', isOutage: true },
    ],
    [
      'an error of a type',
      dataOf({ error: { message: 'words', type: 'server_error', code: null } }),
      { failure: 'rejected', isOutage: true },
    ],
    [
      'an error of ours',
      dataOf({ error: { message: 'words', type: 'invalid_request_error' } }),
      { failure: 'rejected', isOutage: false },
    ],
    ['an error as an event', `event: error\n${dataOf({ error: 'words' })}`, { failure: 'rejected' }],
  ];
  test.each(failed)('fails when it is %s', async (_name, answer, expected) => {
    expect(await ask(answer)).toMatchObject({ outcome: 'failed', ...expected });
  });
});
