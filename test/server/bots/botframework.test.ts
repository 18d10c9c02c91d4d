import { setTimeout as sleep } from 'node:timers/promises';
import { InputHints, MessageFactory } from 'botbuilder-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bot } from '../../../protocol/bot.ts';
import { createBotFrameworkBot } from '../../../server/bots/botframework.ts';
import {
  ask,
  conversation,
  createSurroundings,
  handback,
  textOf,
  turnOf,
} from '../../support/foreign-bots/asking.ts';
import { type DirectLineServer, startDirectLine } from '../../support/foreign-bots/direct-line.ts';
import { RefundBot } from '../../support/foreign-bots/refund-bot.ts';
import { describeBoth } from './describe-both.ts';
import type { Exchange, Said } from './dialect.ts';

const patience = { lookEveryMs: 20, quietMs: 200, longQuietMs: 400 };
const signal = new AbortController().signal;

let surroundings: ReturnType<typeof createSurroundings>;
let line: DirectLineServer;
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  surroundings = createSurroundings();
  closers.push(() => surroundings.close());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(
  logic: Parameters<typeof startDirectLine>[0],
  options?: { isAsync: boolean },
): Promise<Bot> {
  line = await startDirectLine(logic, options);
  closers.push(line.close);
  return createBotFrameworkBot({ url: `${line.url}/`, secret: line.secret }, surroundings, patience);
}

async function startRefundBot() {
  const refunds = new RefundBot();
  return { refunds, bot: await start((context) => refunds.run(context)) };
}

const started = () => line.requests.filter(({ path }) => path === '/conversations').length;

describe('a bot written with botbuilder, behind Direct Line', () => {
  test('answers: its greeting, its messages as paragraphs, its suggestions', async () => {
    const { bot } = await startRefundBot();
    const chunks = await ask(bot, turnOf('Where is my refund?'));
    expect(textOf(chunks)).toBe(
      'Welcome to the refund desk.\n\nRefunds take **five days**.\n\nHow did you pay?',
    );
    expect(chunks.slice(-2)).toEqual([
      { type: 'quick_replies', replies: ['Card', 'Bank'] },
      { type: 'end', outcome: 'answered' },
    ]);
  });

  test('is asked in one conversation, and only once for each turn', async () => {
    const { bot } = await startRefundBot();
    await ask(bot, turnOf('one'));
    const second = await ask(bot, turnOf('two', { turn: 2, replay: true }));
    expect(textOf(second)).toBe('You said: two');
    expect(started()).toBe(1);
    expect(line.heard.filter(({ type }) => type === 'message')).toMatchObject([
      { text: 'one', locale: 'de', channelData: { handrail: { conversation, turn: 1 } } },
      { text: 'two', channelData: { handrail: { conversation, turn: 2, replay: true } } },
    ]);
  });

  test('a suggestion that is pressed sends what it stands for', async () => {
    const { bot } = await startRefundBot();
    await ask(bot, turnOf('refund?'));
    await ask(bot, turnOf('Bank', { turn: 2 }));
    await ask(bot, turnOf('constructor', { turn: 3 }));
    expect(line.heard.slice(-2)).toMatchObject([{ text: 'refund by bank' }, { text: 'constructor' }]);
  });

  test('hands over, with its reason and without its transcript', async () => {
    const { bot } = await startRefundBot();
    const chunks = await ask(bot, turnOf('code nine'));
    expect(chunks).toContainEqual({ type: 'handoff', reason: 'user_request' });
    expect(textOf(chunks)).toContain('One moment.');
    expect(JSON.stringify(chunks)).not.toContain('a secret of the transcript');
  });

  test('hears what becomes of a handoff', async () => {
    const { bot, refunds } = await startRefundBot();
    await bot.tell?.({ conversation, status: 'accepted', agent: 'Ana', decision: '' }, signal);
    expect(refunds.handoffs, 'of a conversation that it does not know it hears nothing').toEqual([]);
    await ask(bot, turnOf('code nine'));
    for (const status of ['requested', 'accepted', 'cancelled', 'returned', 'resolved'] as const) {
      const agent = status === 'accepted' || status === 'returned' ? 'Ana' : null;
      await bot.tell?.(
        { conversation, status, agent, decision: status === 'returned' ? 'Granted.' : '' },
        signal,
      );
    }
    expect(refunds.handoffs).toEqual([
      { state: 'accepted', agent: 'Ana', message: '' },
      { state: 'failed', message: '' },
      { state: 'completed', agent: 'Ana', message: 'Granted.' },
      { state: 'completed', message: '' },
    ]);
  });

  test('knows of a hand-back before the next question, once, and answers by it', async () => {
    const { bot, refunds } = await startRefundBot();
    await ask(bot, turnOf('hello'));
    const first = await ask(bot, turnOf('my refund?', { turn: 2, handback }));
    await ask(bot, turnOf('thanks', { turn: 3, handback }));
    expect(refunds.handbacks).toEqual([handback]);
    expect(textOf(first)).toBe('A colleague has decided: Refund of 20 € granted.');
    expect(line.heard.at(-1)).toMatchObject({ text: 'thanks', channelData: { handrail: { handback } } });
  });

  test('that ends the conversation is begun anew, and told again of the hand-back', async () => {
    const { bot, refunds } = await startRefundBot();
    expect(textOf(await ask(bot, turnOf('bye', { handback })))).toContain('Goodbye.');
    expect(textOf(await ask(bot, turnOf('hello', { turn: 2, handback })))).toContain('You said: hello');
    expect(started()).toBe(2);
    expect(refunds.handbacks).toEqual([handback, handback]);
  });

  test('whose service has forgotten the conversation is begun anew', async () => {
    const { bot, refunds } = await startRefundBot();
    await ask(bot, turnOf('hello', { handback }));
    line.forget();
    expect(textOf(await ask(bot, turnOf('again', { turn: 2, handback })))).toContain('You said: again');
    expect(started()).toBe(2);
    expect(refunds.handbacks, 'what it knew is forgotten, too').toEqual([handback, handback]);
  });

  test('with a wrong secret has rejected the question', async () => {
    await startRefundBot();
    const bot = createBotFrameworkBot({ url: line.url, secret: 'wrong' }, surroundings, patience);
    await expect(ask(bot, turnOf('hi'))).rejects.toMatchObject({ failure: 'rejected', status: 401 });
  });

  test('that waits between its messages is waited for, and one that expects an answer is not', async () => {
    const slow = await start(
      async (context) => {
        if (context.activity.type !== 'message') return;
        await context.sendActivity(MessageFactory.text('I look.', undefined, InputHints.IgnoringInput));
        // Longer than the silence after which a turn is over.
        await sleep(patience.quietMs + 80);
        await context.sendActivity('Found.');
      },
      { isAsync: true },
    );
    expect(textOf(await ask(slow, turnOf('hi')))).toBe('I look.\n\nFound.');

    const never = { ...patience, quietMs: 1_000_000, longQuietMs: 1_000_000 };
    await start(async (context) => {
      if (context.activity.type !== 'message') return;
      await context.sendActivity(MessageFactory.text('Which one?', undefined, InputHints.ExpectingInput));
    });
    const asking = createBotFrameworkBot({ url: line.url, secret: line.secret }, surroundings, never);
    expect(
      textOf(await ask(asking, turnOf('hi', { conversation: '0198c0de-1f2e-7abc-8def-00000000ffff' }))),
    ).toBe('Which one?');
  });

  test('cards are shown as text, buttons and links', async () => {
    const bot = await start(async (context) => {
      if (context.activity.type !== 'message') return;
      const buttons = [
        { type: 'openUrl', title: 'Read', value: 'https://acme.example/a' },
        { type: 'imBack', title: 'Yes', value: 'yes' },
      ];
      const contentType = 'application/vnd.microsoft.card.hero';
      await context.sendActivity({
        type: 'message',
        attachments: [
          { contentType, content: { title: 'Card', text: 'Blue', buttons } },
          { contentType, content: 'nonsense' },
          { contentType: 'image/png', contentUrl: 'https://acme.example/a.png' },
        ],
      });
    });
    expect(await ask(bot, turnOf('hi'))).toEqual([
      { type: 'text', text: '**Card**\nBlue' },
      { type: 'source', source: { title: 'Read', url: 'https://acme.example/a' } },
      { type: 'quick_replies', replies: ['Yes'] },
      { type: 'end', outcome: 'answered' },
    ]);
  });
});

describe('what a bot says after its turn has ended', () => {
  const late = () => line.say(async (context) => void (await context.sendActivity('One more thing.')));

  test('is read with the next question, and stands before its answer', async () => {
    const { bot } = await startRefundBot();
    await ask(bot, turnOf('one'));
    await late();
    const chunks = await ask(bot, turnOf('two', { turn: 2 }));
    expect(textOf(chunks)).toBe('One more thing.\n\nYou said: two');
  });

  test.each([
    ['by what we heard of the handoff', {}, true],
    ['by the hand-back', { handback: { ...handback, at: Number.MAX_SAFE_INTEGER } }, false],
    ['by the history', { history: [{ author: 'agent', text: 'Hello', at: Number.MAX_SAFE_INTEGER }] }, false],
  ] as const)('is thrown away if a person has been in: known %s', async (_how, more, isTold) => {
    const { bot } = await startRefundBot();
    await ask(bot, turnOf('one'));
    await late();
    if (isTold) await bot.tell?.({ conversation, status: 'accepted', agent: 'Ana', decision: '' }, signal);
    const turn = turnOf('two', { turn: 2, ...more, history: [...('history' in more ? more.history : [])] });
    expect(textOf(await ask(bot, turn))).toBe('You said: two');
  });
});

/** Direct Line of the contract: posts are answered with an id, and what is said is read once after the question. */
function answerOnLine(said: Said, { request, response, body }: Exchange): void {
  const json = (value: unknown) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (request.method === 'POST') {
    json(body === '{}' ? { conversationId: 'c' } : { id: 'question' });
    return;
  }
  const from = { id: 'bot' };
  const hero = 'application/vnd.microsoft.card.hero';
  const buttons = said.sources?.map(({ title, url }) => ({ type: 'openUrl', title, value: url }));
  const actions = said.quickReplies?.map((title) => ({ type: 'imBack', title, value: title }));
  const message = {
    type: 'message',
    from,
    text: said.text,
    inputHint: 'expectingInput',
    replyToId: 'question',
    ...(actions === undefined ? {} : { suggestedActions: { actions } }),
    ...(buttons === undefined ? {} : { attachments: [{ contentType: hero, content: { buttons } }] }),
  };
  const event = { type: 'event', name: 'handoff.initiate', from, value: { reason: said.handoff } };
  json({
    activities: [
      ...(said.handoff === undefined ? [] : [event]),
      ...(said.text === undefined ? [{ type: 'endOfConversation', from }] : [message]),
    ],
    watermark: '1',
  });
}

describeBoth({
  name: 'Bot Framework',
  siteBot: (origin) => ({ kind: 'botframework', url: origin, secret: 's' }),
  answer: answerOnLine,
  isQuestion: ({ body }) => body.includes('"type":"message"'),
  contentType: 'application/json',
  cannot: {
    stream: 'an activity carries a whole message',
    unknown: 'an activity has no field for it',
    history: 'its line keeps the conversation',
  },
});
