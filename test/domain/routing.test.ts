import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { headStartMs } from '../../server/domain/queue-order.ts';
import {
  defaultRouting,
  inQueueOrder,
  offersFor,
  type RoutingRules,
  type Seat,
  type Waiting,
  waitingIn,
} from '../../server/domain/routing.ts';

const now = 1_000_000_000;
const rules: RoutingRules = { ...defaultRouting, mode: 'offer' };
const waits = (id: string, more: Partial<Waiting> = {}): Waiting => ({
  id,
  since: now - 10_000,
  priority: 'normal',
  team: null,
  language: null,
  lastAgent: null,
  passedBy: [],
  isOffered: false,
  ...more,
});
const seat = (id: string, more: Partial<Seat> = {}): Seat => ({
  id,
  name: id,
  capacity: 1,
  load: 0,
  idleSince: 0,
  isOnPhone: false,
  teams: [],
  languages: [],
  ...more,
});
const pairs = (queue: Waiting[], seats: Seat[], own = rules) =>
  offersFor(queue, seats, now, own).map(({ id, agent }) => `${id}-${agent.id}`);

describe('what routing sees of a conversation', () => {
  const state: Extract<Conversation, { status: 'waiting' }> = {
    ...unstarted,
    ...{ status: 'waiting', since: 5, begunAt: 9, reason: 'customer_asked', priority: 'high', team: 'cards' },
    ...{ offer: null, passedBy: ['ana'], told: null, lastAgent: { id: 'ben', name: 'Ben' }, leftAt: 1_000 },
  };
  const seen = (more: Partial<typeof state> = {}, at = 2_000) =>
    waitingIn({ id: 'c', language: 'de', state: { ...state, ...more } }, { ...rules, stickyMs: 500 }, at);

  test('the place in the queue, what is wanted, who passed, and for how long the last agent comes first', () => {
    expect(seen()).toEqual({
      ...{ id: 'c', language: 'de', since: 5, priority: 'high', team: 'cards', passedBy: ['ana'] },
      ...{ lastAgent: { id: 'ben', until: 1_500 }, isOffered: false },
    });
    expect(seen({ leftAt: null })?.lastAgent).toBeNull();
  });

  test('an offer counts until it ends, and nobody waits where nobody does', () => {
    const offer = { agent: { id: 'ana', name: 'Ana' }, expiresAt: 2_000 };
    expect([seen({ offer }, 1_999)?.isOffered, seen({ offer }, 2_000)?.isOffered]).toEqual([true, false]);
    expect(waitingIn({ id: 'c', language: null, state: unstarted }, rules, now)).toBeNull();
  });
});

describe('who is offered to whom', () => {
  test('in the order of the queue: urgent first, then whoever came first', () => {
    const queue = [
      waits('late', { since: now - 1 }),
      waits('early', { since: now - 99 }),
      waits('urgent', { since: now - 2, priority: 'high' }),
    ];
    expect(pairs(queue, [seat('ana'), seat('ben')])).toEqual(['urgent-ana', 'early-ben']);
  });

  test('a head start is no privilege: who has waited longer than it goes before a newcomer, but for the lost ones', () => {
    const old = waits('old', { since: now - headStartMs.high - 1 });
    const urgent = waits('urgent', { since: now, priority: 'high' });
    const lost = waits('lost', { since: now, priority: 'first' });
    expect([urgent, lost, old].sort(inQueueOrder).map(({ id }) => id)).toEqual(['lost', 'old', 'urgent']);
  });

  test('to the one without work longest, or to the one with least of it', () => {
    const seats = [
      seat('ana', { capacity: 4, load: 1, idleSince: 5 }),
      seat('ben', { capacity: 4, load: 0, idleSince: 9 }),
    ];
    expect(pairs([waits('a')], seats)).toEqual(['a-ana']);
    expect(pairs([waits('a')], seats, { ...rules, prefer: 'least_loaded' })).toEqual(['a-ben']);
    expect(pairs([waits('a'), waits('b', { since: now })], seats)).toEqual(['a-ana', 'b-ben']);
  });

  test('to the same agent as before, while the customer is kept for them and they have room', () => {
    const customer = waits('a', { lastAgent: { id: 'ben', until: now + 1 } });
    expect(pairs([customer], [seat('ana'), seat('ben', { idleSince: 9 })])).toEqual(['a-ben']);
    expect(pairs([customer], [seat('ana'), seat('ben', { load: 1 })])).toEqual(['a-ana']);
    const later = waits('a', { lastAgent: { id: 'ben', until: now } });
    expect(pairs([later], [seat('ana'), seat('ben', { idleSince: 9 })])).toEqual(['a-ana']);
  });

  test('a team’s customers to the team, and to others after the overflow time', () => {
    const seats = [seat('ana', { teams: ['sales'] })];
    const customer = (waitedMs: number) => waits('a', { team: 'billing', since: now - waitedMs });
    expect(pairs([customer(rules.overflowMs - 1)], seats)).toEqual([]);
    expect(pairs([customer(rules.overflowMs)], seats)).toEqual(['a-ana']);
    expect(pairs([customer(0)], [...seats, seat('ben', { teams: ['billing'] })])).toEqual(['a-ben']);
  });

  test('only to those who write the customer’s language; a region does not matter', () => {
    const seats = [seat('ana', { languages: ['en'] }), seat('ben', { languages: ['en', 'pt'] })];
    expect(pairs([waits('a', { language: 'pt-BR' })], seats)).toEqual(['a-ben']);
    expect(pairs([waits('a', { language: 'de' })], seats)).toEqual([]);
    expect(pairs([waits('a')], seats)).toEqual(['a-ana']);
  });

  test('outside the hours of their team only to who sits there, or to nobody, as the site wants', () => {
    const seats = [seat('ana'), seat('ben', { isOnPhone: true })];
    const queue = [waits('open'), waits('closed', { team: 'night' }), waits('too', { team: 'night' })];
    const offered = (own = rules) =>
      offersFor(queue, [...seats, seat('cleo')], now, own, (team) => team !== 'night').map(
        ({ id, agent }) => `${id}-${agent.id}`,
      );
    // Ben's phone rings for whoever comes by day, and only when nobody else is left.
    expect(offered()).toEqual(['closed-ana', 'open-cleo']);
    expect(offered({ ...rules, afterHours: 'nobody' })).toEqual(['open-ana']);
    expect(pairs([waits('open')], [seats[1] ?? seat('ben')])).toEqual(['open-ben']);
  });

  test('not again to one who let it pass, before everybody was asked', () => {
    const seats = [seat('ana'), seat('ben', { load: 1 })];
    expect(pairs([waits('a', { passedBy: ['ana'] })], seats)).toEqual([]);
    expect(pairs([waits('a', { passedBy: ['ana', 'ben'] })], seats)).toEqual(['a-ana']);
  });

  test('one who is being asked about is left alone; one nobody can take holds up nobody else', () => {
    const queue = [waits('asked', { isOffered: true }), waits('de', { language: 'de' }), waits('en')];
    expect(pairs(queue, [seat('ana', { languages: ['en'] })])).toEqual(['en-ana']);
  });
});

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const anyWaiting = fc.record({
  since: fc.integer({ min: now - 600_000, max: now }),
  priority: some<Waiting['priority']>('normal', 'high', 'first'),
  team: some(null, 'billing', 'sales'),
  language: some(null, 'de', 'en-GB'),
  lastAgent: some(null, { id: 's0', until: now + 1 }, { id: 's1', until: now - 1 }),
  passedBy: fc.subarray(['s0', 's1', 's2']),
  isOffered: fc.boolean(),
});
const anySeat = fc.record({
  capacity: fc.integer({ min: 1, max: 4 }),
  load: fc.integer({ min: 0, max: 5 }),
  idleSince: fc.integer({ min: 0, max: now }),
  isOnPhone: fc.boolean(),
  teams: fc.subarray(['billing', 'sales']),
  languages: fc.subarray(['de', 'en']),
});
const anyScene = fc.tuple(
  fc.array(anyWaiting, { maxLength: 12 }).map((all) => all.map((one, at) => waits(`c${at}`, one))),
  fc.array(anySeat, { maxLength: 4 }).map((all) => all.map((one, at) => seat(`s${at}`, one))),
  some<RoutingRules['prefer']>('longest_idle', 'least_loaded'),
);

test('whatever their skills: who is offered a customer writes their language and knows their topic, or it has waited', () => {
  fc.assert(
    fc.property(anyScene, ([queue, seats, prefer]) => {
      for (const { id, agent } of offersFor(queue, seats, now, { ...rules, prefer })) {
        const customer = queue.find((one) => one.id === id);
        const taker = seats.find((one) => one.id === agent.id);
        if (customer === undefined || taker === undefined)
          throw new Error('an offer of nobody, or to nobody');
        const { language, team, since } = customer;
        const writes = taker.languages.length === 0 || taker.languages.includes(language?.slice(0, 2) ?? '');
        expect(language === null || writes).toBe(true);
        const knows = taker.teams.length === 0 || taker.teams.includes(team ?? '');
        expect(team === null || knows || now - since >= rules.overflowMs).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('whatever the scene: nobody twice, nobody above capacity, nobody passed over, and the same on every node', () => {
  fc.assert(
    fc.property(anyScene, ([queue, seats, prefer]) => {
      const own = { ...rules, prefer };
      const offers = offersFor(queue, seats, now, own);
      expect(offersFor([...queue].reverse(), [...seats].reverse(), now, own)).toEqual(offers);
      expect(new Set(offers.map(({ id }) => id)).size).toBe(offers.length);
      const given = (id: string) => offers.filter(({ agent }) => agent.id === id).length;
      for (const { id, load, capacity } of seats)
        expect(given(id)).toBeLessThanOrEqual(Math.max(0, capacity - load));
      const offered = new Set(offers.map(({ id }) => id));
      for (const left of queue.filter(({ id, isOffered }) => !isOffered && !offered.has(id))) {
        // Alone with what the others took, whoever was left would still get nobody.
        const rest = seats.map((one) => ({ ...one, load: one.load + given(one.id) }));
        expect(offersFor([left], rest, now, own)).toEqual([]);
        // And no one behind them sits with an agent who was theirs to have.
        for (const { id, agent } of offers) {
          const taker = queue.find((one) => one.id === id);
          if (taker === undefined || inQueueOrder(left, taker) > 0) continue;
          const theirs = seats.filter((one) => one.id === agent.id).map((one) => ({ ...one, load: 0 }));
          const fresh = { ...left, passedBy: left.passedBy.filter((passer) => passer !== agent.id) };
          const couldTake = offersFor([fresh], theirs, now, own).length > 0;
          expect(couldTake && !left.passedBy.includes(agent.id)).toBe(false);
        }
      }
    }),
    { numRuns: 500 },
  );
});
