import { describe, expect, test } from 'vitest';
import type { RefusalCode } from '../../protocol/errors.ts';
import { stickyWindowMs } from '../../server/domain/conversation.ts';
import {
  type At,
  accept,
  ana,
  ask,
  ben,
  cancel,
  decisionOn,
  end,
  endByCustomer,
  endByPage,
  expire,
  factsOf,
  failed,
  feedback,
  handBack,
  note,
  offer,
  rate,
  reply,
  resolve,
  retry,
  say,
  toAgent,
  toQueue,
  withAna,
} from './commands.ts';

describe('what is refused, and why', () => {
  const refused: [string, At[], RefusalCode][] = [
    ['an answer to an older turn', [say, say, end(1)], 'stale_turn'],
    ['an answer to a turn that has ended', [say, end(1), end(1)], 'stale_turn'],
    ['an answer to a turn that has never begun', [say, end(2)], 'stale_turn'],
    ['an answer after a person has accepted', [say, ask, accept(), end(1)], 'stale_turn'],
    ["an answer from the page where the bot is the server's", [say, endByPage], 'wrong_bot'],
    ['asking for a person twice', [ask, ask], 'already_waiting'],
    ['asking for a person while one is in', [...withAna, ask], 'already_human'],
    ['cancelling what was not asked for', [say, cancel], 'not_waiting'],
    ['cancelling after a person has joined', [...withAna, cancel], 'not_waiting'],
    ['accepting what nobody asked for', [say, accept()], 'not_waiting'],
    ['accepting what a colleague has taken', [...withAna, accept(ben)], 'not_waiting'],
    ['accepting twice', [...withAna, accept()], 'not_waiting'],
    ['accepting what was cancelled', [ask, cancel, accept()], 'not_waiting'],
    ['accepting what is offered to a colleague', [ask, offer(ana, 10), accept(ben)], 'offered_to_another'],
    ['offering what is offered', [ask, offer(ana, 10), offer(ben, 20)], 'offered_to_another'],
    ['expiring an offer early', [ask, offer(ana, 10), { wait: 9 }, expire], 'offered_to_another'],
    ['expiring no offer', [ask, expire], 'not_waiting'],
    ['writing as an agent who is not in', [...withAna, reply(ben)], 'not_assigned'],
    ['writing as an agent before accepting', [ask, reply()], 'not_assigned'],
    ['writing as an agent after handing back', [...withAna, handBack(), reply()], 'not_assigned'],
    ['writing as an agent after passing on', [...withAna, toAgent, reply()], 'not_assigned'],
    ["handing back a colleague's conversation", [...withAna, handBack(ben)], 'not_assigned'],
    ["resolving a colleague's conversation", [...withAna, resolve(ben)], 'not_assigned'],
    ['resolving what the bot has', [say, resolve()], 'not_assigned'],
    ['resolving twice', [say, endByCustomer, endByCustomer], 'already_resolved'],
    ['an agent resolving what is resolved', [...withAna, resolve(), resolve()], 'already_resolved'],
    ['resolving what never began', [endByCustomer], 'not_found'],
    ['a note in what never began', [note()], 'not_found'],
    ['trying a good answer again', [say, end(1), retry(1)], 'not_retryable'],
    ['trying a stopped answer again', [say, say, failed(2), retry(1)], 'not_retryable'],
    ['trying an older failed answer again', [say, failed(1), say, end(2), retry(1)], 'not_retryable'],
    ['trying again while the bot answers', [say, failed(1), retry(1), retry(1)], 'not_retryable'],
    ['trying again while a person is in', [say, failed(1), ask, accept(), retry(1)], 'not_retryable'],
    ['trying again after the end', [say, failed(1), endByCustomer, retry(1)], 'not_retryable'],
    ['feedback on an answer that runs', [say, feedback(1)], 'no_such_turn'],
    ['feedback on an answer that never was', [say, end(1), feedback(2)], 'no_such_turn'],
    ['a rating before a person was in or the end came', [say, end(1), rate], 'rating_too_early'],
    ['a rating while waiting for the first person', [ask, rate], 'rating_too_early'],
  ];
  test.each(refused)('%s', (_name, steps, code) => {
    expect(decisionOn(steps)).toEqual({ ok: false, code });
  });
});

describe('what is done', () => {
  const done: [string, At[], string[]][] = [
    [
      'the first message starts the conversation and asks the bot',
      [say],
      ['conversation.started', 'message.sent', 'answer.started'],
    ],
    ['asking for a person needs no step before it', [ask], ['conversation.started', 'handoff.requested']],
    [
      'a new question stops the running answer',
      [say, say],
      ['message.sent', 'answer.ended', 'answer.started'],
    ],
    ['the bot may be asked while waiting', [ask, say], ['message.sent', 'answer.started']],
    ['the bot goes on answering while waiting', [say, ask, end(1)], ['answer.ended']],
    ['a person who joins stops the bot', [say, ask, accept()], ['answer.ended', 'handoff.accepted']],
    ['the bot is not asked while a person is in', [...withAna, say], ['message.sent']],
    [
      'handed back, the bot is asked again',
      [...withAna, handBack(), say],
      ['message.sent', 'answer.started'],
    ],
    ['what is offered to one is taken by that one', [ask, offer(ana, 10), accept(ana)], ['handoff.accepted']],
    [
      'an offer that ran out is anybody’s',
      [ask, offer(ana, 10), { wait: 10 }, accept(ben)],
      ['handoff.accepted'],
    ],
    [
      'an offer that ran out makes room for the next',
      [ask, offer(ana, 10), { wait: 10 }, offer(ben, 30)],
      ['handoff.offer_expired', 'handoff.offered'],
    ],
    ['an offer runs out', [ask, offer(ana, 10), { wait: 10 }, expire], ['handoff.offer_expired']],
    ['passed to the queue, a colleague accepts', [...withAna, toQueue, accept(ben)], ['handoff.accepted']],
    ['passed to a colleague, the colleague writes', [...withAna, toAgent, reply(ben)], ['message.sent']],
    ['a colleague leaves a note without being in', [...withAna, note(ben)], ['note.added']],
    [
      'what nobody has taken may be closed by whoever sees it',
      [ask, resolve(ben)],
      ['conversation.resolved'],
    ],
    ['a failed answer is tried again', [say, failed(1), retry(1)], ['answer.started']],
    [
      'the customer ends it in the middle of an answer',
      [say, endByCustomer],
      ['answer.ended', 'conversation.resolved'],
    ],
    ['feedback on a stopped answer', [say, say, feedback(1)], ['feedback.given']],
    ['a rating after the end', [say, endByCustomer, rate], ['conversation.rated']],
    ['a rating while a person is in', [...withAna, rate], ['conversation.rated']],
    [
      'asking for a person after the end reopens',
      [...withAna, resolve(), ask],
      ['conversation.reopened', 'handoff.requested'],
    ],
    [
      'the bot brings in a person',
      [say, end(1, { handoff: 'a complaint' })],
      ['answer.ended', 'handoff.requested'],
    ],
    [
      'the bot’s wish is not doubled while waiting',
      [say, ask, end(1, { handoff: 'a complaint' })],
      ['answer.ended'],
    ],
  ];
  test.each(done)('%s', (_name, steps, facts) => {
    expect(factsOf(steps)).toEqual(facts);
  });

  test('a customer who comes back soon gets the same person, if that person is there', () => {
    const resolved = [...withAna, resolve()];
    const back = (wait: number, isLastAgentOnline: boolean) =>
      factsOf([...resolved, { wait }, say], { isLastAgentOnline });
    const toPerson = ['conversation.reopened', 'message.sent'];
    const toBot = [...toPerson, 'answer.started'];
    expect(back(stickyWindowMs, true)).toEqual(toPerson);
    expect(back(stickyWindowMs + 1, true)).toEqual(toBot);
    expect(back(0, false)).toEqual(toBot);
    expect(factsOf([say, endByCustomer, say], { isLastAgentOnline: true }), 'nobody was in').toEqual(toBot);
  });

  test('a stopped or failed answer keeps what the customer has read', () => {
    const ended = (steps: At[]) => {
      const decision = decisionOn(steps);
      return decision.ok ? decision.facts.find((fact) => fact.type === 'answer.ended') : decision;
    };
    expect(ended([say, say])).toMatchObject({ outcome: 'stopped', text: 'so far', failure: null });
    expect(ended([say, failed(1)])).toMatchObject({ outcome: 'failed', text: 'so far', failure: 'timeout' });
  });

  test('an empty answer is a failed one, unless the bot only wants a person', () => {
    const empty = { outcome: 'answered', text: ' \n' } as const;
    expect(decisionOn([say, end(1, empty)])).toMatchObject({
      facts: [
        { outcome: 'failed', failure: 'malformed' },
        { type: 'handoff.suggested', reason: 'bot_failed' },
      ],
    });
    expect(decisionOn([say, end(1, { ...empty, handoff: '' })])).toMatchObject({
      facts: [{ outcome: 'answered' }, { reason: 'bot_asked' }],
    });
  });

  test('a failure always has a reason, and only a failure', () => {
    expect(decisionOn([say, end(1, { outcome: 'failed', failure: null })])).toMatchObject({
      facts: [{ failure: 'malformed' }, { type: 'handoff.suggested' }],
    });
    expect(decisionOn([say, end(1, { failure: 'timeout' })])).toMatchObject({
      facts: [{ outcome: 'answered', failure: null }],
    });
  });

  test('whoever was passed on waits before those who have not', () => {
    expect(decisionOn([...withAna, toQueue])).toMatchObject({
      state: { status: 'waiting', priority: 'first', team: 'cards', offer: null },
    });
  });

  test('a bot in the page answers through the customer’s browser', () => {
    expect(factsOf([say, endByPage], { bot: 'page' })).toEqual(['answer.ended']);
  });
});
