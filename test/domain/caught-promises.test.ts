import { describe, expect, test } from 'vitest';
import {
  accept,
  ask,
  cancel,
  customer,
  decisionOn,
  end,
  endByCustomer,
  factsOf,
  failed,
  feedback,
  retry,
  say,
  server,
} from './commands.ts';

const quote = 'One of our agents will call you back within the hour';
const partialText = `${quote}. Meanwhile, let me`;
const promised = (turn = 1) => server({ name: 'bot:promised', turn, quote });
const says = (text: string) => customer({ name: 'message:send', text });
const more = says('And my PIN?');
const correct = { promises: 'correct' } as const;

describe('a promise of an answer that still runs', () => {
  test('is kept at once, while the turn goes on to its end', () => {
    expect(decisionOn([say, promised()])).toMatchObject({
      facts: [{ type: 'handoff.requested', reason: 'bot_promised', detail: quote, by: { kind: 'system' } }],
      state: { status: 'waiting', pending: { turn: 1 } },
    });
    expect(factsOf([say, promised(), end(1, { text: `${quote}.` })])).toEqual(['answer.ended']);
    expect(factsOf([say, promised(), accept()])).toEqual(['answer.ended', 'handoff.accepted']);
  });

  test('or taken back at once, where the site wants that, and not again at the end or the stop', () => {
    expect(decisionOn([say, promised()], { policy: correct })).toMatchObject({
      facts: [{ type: 'answer.corrected', turn: 1, quote, by: { kind: 'system' } }],
      state: { status: 'bot', pending: { turn: 1 } },
    });
    const options = { policy: correct, partialText };
    expect(factsOf([say, promised(), end(1, { text: `${quote}.` })], options)).toEqual(['answer.ended']);
    expect(factsOf([say, promised(), failed(1)], options)).toEqual(['answer.ended']);
    expect(factsOf([say, promised(), more], options)).toEqual([
      'message.sent',
      'answer.ended',
      'answer.started',
    ]);
  });

  test('counts once: not for a turn that is over, while the customer waits, or a second time', () => {
    expect(factsOf([promised()])).toBe('stale_turn');
    expect(factsOf([say, end(1), promised()])).toBe('stale_turn');
    expect(factsOf([say, more, promised()])).toBe('stale_turn');
    expect(factsOf([say, ask, promised()])).toBe('already_waiting');
    expect(factsOf([say, promised(), promised()])).toBe('already_waiting');
    expect(factsOf([say, promised(), promised()], { policy: correct })).toBe('already_told');
  });

  test('is not made true against the will of who has left the line since', () => {
    const left = [say, promised(), cancel] as const;
    expect(factsOf([...left, promised()])).toBe('already_told');
    expect(factsOf([...left, end(1, { text: `${quote}.` })])).toEqual(['answer.ended']);
  });

  test('of the turn after it is another one', () => {
    expect(factsOf([say, promised(), more, promised(2)], { policy: correct })).toEqual(['answer.corrected']);
  });
});

describe('a promise of an answer that is stopped', () => {
  test('is caught when the customer writes on', () => {
    expect(factsOf([say, more], { partialText })).toEqual([
      'message.sent',
      'answer.ended',
      'handoff.requested',
      'answer.started',
    ]);
    expect(factsOf([say, more], { partialText, policy: correct })).toEqual([
      'message.sent',
      'answer.ended',
      'answer.corrected',
      'answer.started',
    ]);
  });

  test('makes a waiting customer, whom the bot is silent for where the site wants that', () => {
    const policy = { isBotAskedWhileWaiting: false };
    expect(factsOf([say, more], { partialText, policy })).toEqual([
      'message.sent',
      'answer.ended',
      'handoff.requested',
    ]);
    expect(factsOf([say, more], { policy })).toContain('answer.started');
  });

  test('is caught beside the honest answer to whether this is a bot', () => {
    expect(factsOf([say, says('Are you a bot?')], { partialText })).toEqual([
      'message.sent',
      'handoff.suggested',
      'answer.ended',
      'handoff.requested',
    ]);
  });

  test('needs nothing more where a person is asked for or comes, or all is over', () => {
    expect(factsOf([say, says('I want to talk to a person')], { partialText })).toEqual([
      'message.sent',
      'answer.ended',
      'handoff.requested',
    ]);
    const wish = server({ name: 'bot:handoff', reason: '' });
    expect(factsOf([say, wish], { partialText })).toEqual(['answer.ended', 'handoff.requested']);
    expect(factsOf([say, ask, accept()], { partialText })).toEqual(['answer.ended', 'handoff.accepted']);
    expect(factsOf([say, ask, more], { partialText })).toEqual([
      'message.sent',
      'answer.ended',
      'answer.started',
    ]);
    expect(factsOf([say, endByCustomer], { partialText })).toEqual(['answer.ended', 'conversation.resolved']);
  });
});

test('a promise that was streamed counts, even if the answer ends with other words', () => {
  expect(factsOf([say, end(1)], { partialText })).toEqual(['answer.ended', 'handoff.requested']);
  expect(factsOf([say, failed(1)], { partialText })).toEqual(['answer.ended', 'handoff.requested']);
  const partial = 'I will connect you with an agent';
  expect(factsOf([say, end(1, { text: `${partial} if you like.` })], { partialText: partial })).toEqual([
    'answer.ended',
  ]);
});

describe('every judgement is kept with the fact at which it was made', () => {
  const judgedIn = (...args: Parameters<typeof decisionOn>) => {
    const decision = decisionOn(...args);
    return decision.ok ? decision.facts.map((fact) => ('judged' in fact ? fact.judged : null)) : [];
  };
  const not = { decision: 'not', reason: null };
  const offer = (reason: string) => ({ decision: 'offer', reason });

  test('the one to offer nobody', () => {
    expect(judgedIn([say])).toEqual([null, null, not]);
    expect(judgedIn([say, end(1)])).toEqual([not]);
    expect(judgedIn([say, end(1), feedback(1)])).toEqual([not]);
  });

  test('the one to offer somebody, and one that was left out because it has just been offered', () => {
    expect(judgedIn([say, failed(1)])).toEqual([offer('bot_failed'), null]);
    const again = [say, failed(1), says('Is the shop open?'), failed(2)] as const;
    expect(factsOf(again)).toEqual(['answer.ended']);
    expect(judgedIn(again)).toEqual([offer('bot_failed')]);
    expect(judgedIn([say, failed(1), says('You useless idiots!')])).toEqual([null, null, offer('anger')]);
  });

  test('and none where nothing was judged', () => {
    expect(judgedIn([say, failed(1), retry(1)])).toEqual([null]);
    expect(judgedIn([say, more]).slice(0, 2), 'the stopped one').toEqual([null, null]);
    expect(judgedIn([say, ask, end(1)])).toEqual([null]);
    expect(judgedIn([say, end(1, { text: `${quote}.` })])).toEqual([null, null]);
  });
});
