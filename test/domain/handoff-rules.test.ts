import { describe, expect, test } from 'vitest';
import {
  type At,
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
  handBack,
  say,
  server,
  withAna,
} from './commands.ts';

const says = (text: string) => customer({ name: 'message:send', text });
const wantsPerson = says('I want to talk to a real person');
const promise = 'One of our agents will call you back within the hour.';
const botSays = (text: string) => server({ name: 'bot:say', text, sources: [], replies: [] });
const tell = (isAnyoneOnline: boolean) =>
  server({ name: 'queue:tell', place: 1, isAnyoneOnline, wait: null });
const email = customer({ name: 'followup:ask', email: 'kim@example.com' });

describe('a person is asked for', () => {
  test('by the words of the customer, at once, and the bot is not asked what it could not do', () => {
    const decision = decisionOn([wantsPerson]);
    expect(decision).toMatchObject({
      facts: [
        { type: 'conversation.started' },
        { type: 'message.sent' },
        { type: 'handoff.requested', reason: 'customer_said', by: { kind: 'customer' } },
      ],
      state: { status: 'waiting', pending: null },
    });
    expect(decision.ok && decision.facts[2]).toMatchObject({ detail: expect.stringMatching(/person/) });
  });

  test('in the middle of an answer, which is stopped', () => {
    expect(factsOf([say, wantsPerson])).toEqual(['message.sent', 'answer.ended', 'handoff.requested']);
  });

  test('once: said again while waiting, nothing is doubled and the bot stays silent', () => {
    expect(factsOf([wantsPerson, wantsPerson])).toEqual(['message.sent']);
  });

  test('after the end as before it', () => {
    expect(factsOf([say, end(1), endByCustomer, wantsPerson])).toEqual([
      'conversation.reopened',
      'message.sent',
      'handoff.requested',
    ]);
  });

  test('not while one is in', () => {
    expect(factsOf([...withAna, wantsPerson])).toEqual(['message.sent']);
  });

  test('by a bot that answers later than asked', () => {
    const wish = server({ name: 'bot:handoff', reason: 'needs a look at the account' });
    expect(factsOf([say, wish])).toEqual(['answer.ended', 'handoff.requested']);
    expect(factsOf([say, end(1), wish])).toEqual(['handoff.requested']);
    expect(factsOf([ask, wish])).toBe('already_waiting');
    expect(factsOf([...withAna, wish])).toBe('not_bots_turn');
  });
});

describe('a person is suggested', () => {
  test('with the reason and what led to it', () => {
    expect(decisionOn([say, failed(1)])).toMatchObject({
      facts: [{}, { type: 'handoff.suggested', reason: 'bot_failed', by: { kind: 'system' } }],
      state: { status: 'bot', suggested: { reason: 'bot_failed', turn: 1 } },
    });
  });

  test('once for the same reason in three turns, and again after that', () => {
    const turns = (count: number): At[] =>
      Array.from({ length: count }, (_, index) => [
        says(`Question ${'x'.repeat(index)}?`),
        failed(index + 1),
      ]).flat();
    expect(factsOf(turns(1))).toContain('handoff.suggested');
    expect(factsOf(turns(2))).not.toContain('handoff.suggested');
    expect(factsOf(turns(3))).not.toContain('handoff.suggested');
    expect(factsOf(turns(4))).toContain('handoff.suggested');
  });

  test('after the second thumb down, and not after the first', () => {
    const twice: At[] = [
      says('One?'),
      end(1),
      feedback(1),
      says('Two, something else?'),
      end(2, { text: 'Other words.' }),
    ];
    expect(factsOf(twice.slice(0, 3))).toEqual(['feedback.given']);
    expect(decisionOn([...twice, feedback(2)])).toMatchObject({
      facts: [{ type: 'feedback.given' }, { type: 'handoff.suggested', reason: 'downvotes' }],
    });
  });

  test('beside the honest answer to whether this is a bot, and the bot itself is not asked that', () => {
    expect(factsOf([says('Are you a bot?')])).toEqual([
      'conversation.started',
      'message.sent',
      'handoff.suggested',
    ]);
    expect(factsOf([says('Are you a bot? My card has not come, where is it?')])).toContain('answer.started');
  });

  test('not to those who wait or have one', () => {
    expect(factsOf([say, ask, failed(1)])).toEqual(['answer.ended']);
    expect(factsOf([...withAna, says('This is useless, you idiots!')])).toEqual(['message.sent']);
  });

  test('not again for what was before a person came, or before the customer left the line', () => {
    expect(factsOf([say, failed(1), ask, accept(), handBack(), says('And my PIN?')])).toEqual([
      'message.sent',
      'answer.started',
    ]);
    expect(factsOf([say, failed(1), ask, cancel, says('And my PIN?')])).toEqual([
      'message.sent',
      'answer.started',
    ]);
  });

  test('by the thresholds of the site', () => {
    const { thresholds } = {
      thresholds: {
        failedAnswers: 0,
        unsureAnswers: 0,
        repeatedAnswers: 0,
        sameAnswer: 1,
        rephrasings: 0,
        sameQuestion: 1,
        downvotes: 0,
        angryTurns: 0,
      },
    };
    expect(factsOf([say, failed(1)], { policy: { thresholds } })).toEqual(['answer.ended']);
    expect(factsOf([wantsPerson], { policy: { thresholds } }), 'asking is no threshold').toContain(
      'handoff.requested',
    );
  });
});

describe('a promise of the bot', () => {
  test('is kept: a person is asked for in the same breath', () => {
    expect(decisionOn([say, end(1, { text: promise })])).toMatchObject({
      facts: [
        { type: 'answer.ended' },
        { type: 'handoff.requested', reason: 'bot_promised', by: { kind: 'system' } },
      ],
      state: { status: 'waiting' },
    });
  });

  test('or corrected, where the site wants that', () => {
    const policy = { promises: 'correct' } as const;
    expect(decisionOn([say, end(1, { text: promise })], { policy })).toMatchObject({
      facts: [{ type: 'answer.ended' }, { type: 'answer.corrected', turn: 1 }],
      state: { status: 'bot' },
    });
    expect(factsOf([say, end(1, { text: promise }), says('Okay, thanks')], { policy })).toEqual([
      'message.sent',
      'answer.started',
    ]);
  });

  test('is true already while the customer waits, and none of a bot that brings in a person itself', () => {
    expect(factsOf([say, ask, end(1, { text: promise })])).toEqual(['answer.ended']);
    expect(factsOf([say, end(1, { text: promise, handoff: 'wants one' })])).toEqual([
      'answer.ended',
      'handoff.requested',
    ]);
  });

  test('counts in whatever a bot says unasked, too', () => {
    expect(factsOf([say, end(1), botSays(promise)])).toEqual([
      'answer.started',
      'answer.ended',
      'handoff.requested',
    ]);
  });
});

describe('one voice', () => {
  test('a bot may say more, until a person is in or all is over', () => {
    expect(factsOf([say, botSays('Here you are.')]), 'it ends the turn that runs').toEqual(['answer.ended']);
    expect(factsOf([say, end(1), botSays('And one more thing.')])).toEqual([
      'answer.started',
      'answer.ended',
    ]);
    expect(factsOf([...withAna, botSays('Me again')])).toBe('not_bots_turn');
    expect(factsOf([say, end(1), endByCustomer, botSays('Me again')])).toBe('not_bots_turn');
    expect(factsOf([botSays('Hello?')])).toBe('not_found');
  });

  test('the bot is silent while the customer waits, where the site wants that', () => {
    const policy = { isBotAskedWhileWaiting: false };
    expect(factsOf([ask, say], { policy })).toEqual(['message.sent']);
    expect(factsOf([ask, say])).toEqual(['message.sent', 'answer.started']);
  });
});

describe('never silent', () => {
  test('the waiting customer is told, and told again only when that has changed', () => {
    expect(decisionOn([ask, tell(false)])).toMatchObject({
      facts: [{ type: 'queue.told', by: { kind: 'system' }, isAnyoneOnline: false }],
      state: { status: 'waiting', told: { isAnyoneOnline: false } },
    });
    expect(factsOf([ask, tell(false), tell(false)])).toBe('already_told');
    expect(factsOf([ask, tell(false), tell(true)])).toEqual(['queue.told']);
    expect(factsOf([say, tell(true)])).toBe('not_waiting');
  });

  test('whoever does not want to wait leaves an address', () => {
    expect(decisionOn([ask, email])).toMatchObject({
      facts: [{ type: 'followup.asked', email: 'kim@example.com' }],
    });
    expect(factsOf([say, email])).toBe('not_waiting');
    expect(factsOf([...withAna, email])).toBe('not_waiting');
  });

  test('a new wish is told anew', () => {
    expect(factsOf([ask, tell(false), cancel, ask, tell(false)])).toEqual(['queue.told']);
  });
});
