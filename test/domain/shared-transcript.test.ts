import { describe, expect, test } from 'vitest';
import type { CustomerCommandOf } from '../../server/domain/command.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { emptySummary, summarise } from '../../server/domain/summary.ts';
import { lintFacts } from '../support/facts-linter.ts';
import {
  accept,
  ask,
  cid,
  customer,
  decisionOn,
  end,
  endByCustomer,
  factsOf,
  handBack,
  say,
  withAna,
} from './commands.ts';

const lines = [
  { author: 'customer', text: 'Where is my card?', at: 5 },
  { author: 'bot', text: 'It is on its way.' },
] as const;
const share = customer({ name: 'transcript:share', lines: [...lines], context: { language: 'de' } });

describe('what was said in a chat of the page', () => {
  test('starts the conversation and stands in it before the wish for a person', () => {
    expect(decisionOn([share])).toMatchObject({
      facts: [
        { type: 'conversation.started', context: { language: 'de' } },
        { type: 'transcript.shared', lines, by: { kind: 'customer' } },
      ],
      state: { status: 'bot', turn: 0 },
    });
    expect(factsOf([share, ask])).toEqual(['handoff.requested']);
  });

  test('is asked of no bot, and sends for nobody by itself', () => {
    const wish = customer({
      name: 'transcript:share',
      lines: [{ author: 'customer', text: 'I want to talk to a real person' }],
    });
    expect(factsOf([say, end(1), wish])).toEqual(['transcript.shared']);
  });

  test('may come while somebody waits and while a person is in, but not after the end', () => {
    expect(factsOf([ask, share])).toEqual(['transcript.shared']);
    expect(factsOf([...withAna, share])).toEqual(['transcript.shared']);
    expect(decisionOn([say, endByCustomer, share])).toEqual({ ok: false, code: 'already_resolved' });
  });

  test('is known to the handoff policy: a question put once more is noticed', () => {
    const again = customer({ name: 'message:send', text: 'Where is my card??' });
    const twice = customer({ name: 'transcript:share', lines: [...lines, ...lines] });
    const decision = decisionOn([twice, again]);
    expect(decision.ok && decision.facts.map(({ type }) => type)).toContain('handoff.suggested');
    expect(decisionOn([share])).toMatchObject({
      state: {
        recent: [
          { author: 'customer', text: 'Where is my card?', turn: 0 },
          { author: 'bot', text: 'It is on its way.', turn: 0, outcome: 'answered' },
        ],
      },
    });
    expect(decisionOn([...withAna, share])).toMatchObject({ state: { recent: [] } });
  });

  test('names the conversation on the desk', () => {
    const decision = decisionOn([share]);
    if (!decision.ok) throw new Error(decision.code);
    expect(summarise(emptySummary(1), decision.facts, decision.state, 0)).toMatchObject({
      topic: 'Where is my card?',
      lastText: 'It is on its way.',
      lastAuthor: 'bot',
    });
  });
});

describe('feedback on an answer in a chat of the page', () => {
  const judged = (more: Partial<CustomerCommandOf<'feedback:share'>> = {}) =>
    customer({
      name: 'feedback:share',
      question: 'Where is my card?',
      answer: 'Cards are made of plastic.',
      verdict: 'down',
      reasons: ['wrong'],
      comment: 'no',
      ...more,
    });
  const onPage = {
    now: 1,
    partialText: '',
    isLastAgentOnline: false,
    isBotInPage: true,
    policy: defaultPolicy,
  };
  const afterwards = (given: ReturnType<typeof judged>[], world = onPage) => {
    let state = unstarted;
    const facts = [];
    for (const command of given) {
      const decision = decide(state, command, world);
      if (!decision.ok) return decision.code;
      state = decision.state;
      facts.push(...decision.facts);
    }
    return { state, facts, types: facts.map(({ type }) => type) };
  };

  test('becomes a turn of its own, which no bot is asked for', () => {
    const made = afterwards([
      judged(),
      judged({ question: 'And now?', answer: 'Now.', verdict: 'up', reasons: [] }),
    ]);
    expect(made).toMatchObject({
      types: [
        'conversation.started',
        'message.sent',
        'answer.started',
        'answer.ended',
        'feedback.given',
        'message.sent',
        'answer.started',
        'answer.ended',
        'feedback.given',
      ],
      facts: [
        {},
        { text: 'Where is my card?', cid },
        { turn: 1, question: 2 },
        { turn: 1, text: 'Cards are made of plastic.', outcome: 'answered' },
        { turn: 1, verdict: 'down', reasons: ['wrong'], comment: 'no', by: { kind: 'customer' } },
        {},
        { turn: 2 },
        { turn: 2 },
        { turn: 2, verdict: 'up' },
      ],
      state: { status: 'bot', pending: null, turn: 2 },
    });
  });

  test('is refused where the bot is not in the page: nobody puts words into its mouth', () => {
    expect(afterwards([judged()], { ...onPage, isBotInPage: false })).toBe('wrong_bot');
  });

  test('sends for nobody, whatever the question was', () => {
    expect(afterwards([judged({ question: 'I want to talk to a real person' })])).toMatchObject({
      state: { status: 'bot' },
    });
  });

  test('finds a promise in the answer, which is kept', () => {
    const made = afterwards([judged({ answer: 'One of our agents will call you back within the hour.' })]);
    if (typeof made === 'string') throw new Error(made);
    expect(made.types.slice(3)).toEqual(['answer.ended', 'handoff.requested', 'feedback.given']);
    expect(lintFacts(made.facts, 1)).toEqual([]);
  });

  test('offers a person after the second bad answer', () => {
    expect(afterwards([judged(), judged({ question: 'And the fee?', answer: 'Green.' })])).toMatchObject({
      types: expect.arrayContaining(['handoff.suggested']),
    });
  });

  test('waits for its time: not while a person is in, nor after the end', () => {
    expect(afterwards([ask, accept(), judged()])).toBe('already_human');
    expect(afterwards([ask, endByCustomer, judged()])).toBe('already_resolved');
    expect(afterwards([ask, accept(), handBack(), judged()])).toMatchObject({
      state: { status: 'bot', turn: 1 },
    });
  });
});
