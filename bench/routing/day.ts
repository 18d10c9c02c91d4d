import type { Command, SystemCommand } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { presenceTimeoutMs } from '../../server/domain/presence.ts';
import { inQueueOrder, type Seat, type Waiting, waitingIn } from '../../server/domain/routing.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import {
  createWaitRanges,
  expectedWaitMs,
  type PastWait,
  usualShare,
} from '../../server/domain/wait-estimate.ts';
import { createClock, randomOf } from './clock.ts';
import type { DayResult, Estimate, Scenario } from './scenario.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** As the server has it: an agent without a sign of life for so long is offline. */

interface SimulatedAgent {
  readonly id: string;
  readonly name: string;
  readonly languages: readonly string[];
  isThere: boolean;
  /** Last sign of life that the server has; null: said goodbye. */
  seenAt: number | null;
  idleSince: number;
  readonly customers: Set<SimulatedCustomer>;
}
interface SimulatedCustomer {
  readonly id: string;
  readonly askedAt: number;
  readonly language: string | null;
  state: Conversation;
  expectedMs: number | null;
  ranges: Estimate['ranges'];
  isServed: boolean;
}

export const levels = [0.5, 0.6, 0.7, 0.8, 0.9] as const;

/**
 * One day with a clock that jumps: customers come, wait, give up; agents come, take, ignore, vanish. What they do is
 * made up here; what becomes of it is decided by the same functions as on the server (`decide`, and what `assign` is).
 */
export function playDay(scenario: Scenario): DayResult {
  const { rules } = scenario;
  const random = randomOf(scenario.seed);
  // Of its own, so that the same customers come on the same day whoever of them is in a hurry.
  const urgency = randomOf(scenario.seed ^ 0x0a1ed);
  const clock = createClock();
  const queue = new Set<SimulatedCustomer>();
  const all: SimulatedCustomer[] = [];
  const toPersonMs: number[] = [];
  const estimates: Estimate[] = [];
  const past: PastWait[] = [];
  const handled: number[] = [];
  const responses: number[] = [];
  const counts = {
    gaveUp: 0,
    doubleAssignments: 0,
    overCapacity: 0,
    outOfOrder: 0,
    vanished: 0,
    misplaced: 0,
    leftAlone: 0,
  };

  const agents: SimulatedAgent[] = Array.from({ length: scenario.agents }, (_, at) => ({
    id: `agent-${at}`,
    name: `Agent ${at}`,
    languages: scenario.languages.length > 1 && at % 3 === 0 ? ['en'] : [],
    isThere: false,
    seenAt: null,
    idleSince: 0,
    customers: new Set(),
  }));

  const carryOut = (customer: SimulatedCustomer, command: Command): boolean => {
    const world = { now: clock.now(), partialText: '', isLastAgentOnline: false, isBotInPage: true };
    const decision = decide(customer.state, command, { ...world, policy: defaultPolicy });
    if (!decision.ok) return false;
    customer.state = decision.state;
    if (decision.state.status === 'waiting') queue.add(customer);
    else queue.delete(customer);
    return true;
  };
  const byServer = (customer: SimulatedCustomer, command: SystemCommand) =>
    carryOut(customer, { from: 'server', command });
  const byAgent = (customer: SimulatedCustomer, { id, name }: SimulatedAgent, command: object) =>
    carryOut(customer, { from: 'agent', agent: { id, name }, command } as Command);

  const offersTo = ({ id }: SimulatedAgent) =>
    [...queue].filter(
      ({ state }) =>
        state.status === 'waiting' && state.offer?.agent.id === id && state.offer.expiresAt > clock.now(),
    ).length;
  const place = { capacity: scenario.capacity, teams: [], isOnPhone: false };
  const seats = (): Seat[] =>
    agents
      .filter(({ seenAt }) => seenAt !== null && clock.now() - seenAt < presenceTimeoutMs)
      .map((agent) => {
        const { id, name, languages, idleSince, customers } = agent;
        const load = customers.size + offersTo(agent);
        return { ...place, id, name, languages, idleSince, load };
      });
  const waiting = (): Waiting[] =>
    [...queue].flatMap((customer) => waitingIn(customer, rules, clock.now()) ?? []);
  const byId = new Map<string, SimulatedCustomer>();

  const offer = () => {
    const now = clock.now();
    const before = waiting();
    const made = scenario.assign(before, seats(), now);
    const given = new Set(made.map(({ id }) => id));
    for (const {
      id,
      agent: { id: agentId },
    } of made) {
      const customer = byId.get(id);
      const agent = agents.find((one) => one.id === agentId);
      const entry = before.find((one) => one.id === id);
      if (customer === undefined || agent === undefined || entry === undefined) continue;
      const overtaken = before.some(
        (one) =>
          !one.isOffered &&
          !given.has(one.id) &&
          one.priority === entry.priority &&
          one.language === entry.language &&
          one.passedBy.length === 0 &&
          one.lastAgent === null &&
          one.since < entry.since,
      );
      if (overtaken) counts.outOfOrder += 1;
      const expiresAt = now + rules.offerMs;
      if (
        !byServer(customer, { name: 'handoff:offer', agent: { id: agent.id, name: agent.name }, expiresAt })
      )
        continue;
      agent.idleSince = now;
      if (agent.customers.size + offersTo(agent) > scenario.capacity) counts.overCapacity += 1;
      const respondsAt = now + random.lognormal(Math.max(1, scenario.responseMs), 0.6);
      if (random.next() >= scenario.ignoredShare && respondsAt < expiresAt)
        clock.at(respondsAt, () => accept(agent, customer, now));
      clock.at(expiresAt, () => {
        if (byServer(customer, { name: 'handoff:expire_offer' })) offer();
      });
    }
  };

  const accept = (agent: SimulatedAgent, customer: SimulatedCustomer, offeredAt: number) => {
    if (!agent.isThere) return;
    if (!byAgent(customer, agent, { name: 'handoff:accept', cid: '' })) return;
    if (agents.some((other) => other.customers.has(customer))) counts.doubleAssignments += 1;
    agent.customers.add(customer);
    if (agent.customers.size > scenario.capacity) counts.overCapacity += 1;
    if (!writes(agent.languages, customer.language)) counts.misplaced += 1;
    const now = clock.now();
    keepLast(responses, now - offeredAt);
    if (!customer.isServed) {
      customer.isServed = true;
      const waitedMs = now - customer.askedAt;
      toPersonMs.push(waitedMs);
      if (customer.ranges.size > 0) estimates.push({ waitedMs, ranges: customer.ranges });
      if (customer.expectedMs !== null)
        keepLast(
          past,
          { expectedMs: customer.expectedMs, waitedMs, told: customer.ranges.get(usualShare) ?? null },
          400,
        );
    }
    const { handling, handlingMs } = scenario;
    const takes =
      handling === 'exponential' ? random.exponential(handlingMs) : random.lognormal(handlingMs, 0.8);
    clock.at(now + Math.min(10_000, takes / 2), () => {
      if (agent.isThere) byAgent(customer, agent, { name: 'message:send', cid: '', text: 'Hello.' });
    });
    const finish = () => {
      if (!agent.customers.has(customer)) return;
      // Whoever is away goes on when they are back.
      if (!agent.isThere) return void clock.at(clock.now() + 5 * minuteMs, finish);
      keepLast(handled, clock.now() - now);
      byAgent(customer, agent, { name: 'conversation:resolve', cid: '', outcome: 'solved' });
      agent.customers.delete(customer);
      offer();
    };
    clock.at(now + takes, finish);
  };

  const arrive = () => {
    const now = clock.now();
    const language = random.pick(scenario.languages);
    const customer: SimulatedCustomer = {
      id: `customer-${String(all.length).padStart(6, '0')}`,
      askedAt: now,
      language,
      state: unstarted,
      expectedMs: null,
      ranges: new Map(),
      isServed: false,
    };
    all.push(customer);
    byId.set(customer.id, customer);
    const able = seats().filter(({ languages }) => writes(languages, language));
    const text = urgency.next() < scenario.urgentShare ? 'It is very urgent.' : 'Where is my card?';
    carryOut(customer, { from: 'customer', command: { name: 'message:send', cid: '', text } });
    carryOut(customer, { from: 'customer', command: { name: 'handoff:request', cid: '' } });
    if (able.length > 0 && handled.length > 0 && responses.length > 0) {
      const capacity = able.reduce((sum, seat) => sum + seat.capacity, 0);
      const free = able.reduce((sum, seat) => sum + Math.max(0, seat.capacity - seat.load), 0);
      const ahead = waiting().filter(({ isOffered }) => !isOffered);
      const place = ahead.sort(inQueueOrder).findIndex(({ id }) => id === customer.id) + 1;
      const [handlingMs, responseMs] = [mean(handled), mean(responses)];
      const expectedMs = expectedWaitMs({ place, free, capacity, handlingMs, responseMs });
      customer.expectedMs = expectedMs;
      const rangeOf = createWaitRanges(past);
      const ranges = levels.flatMap((level) => {
        const range = rangeOf(expectedMs, level);
        return range === null ? [] : [[level, range] as const];
      });
      customer.ranges = new Map(ranges);
    }
    offer();
    if (scenario.patienceMs === null) return;
    clock.at(now + random.exponential(scenario.patienceMs), () => {
      if (customer.isServed) return;
      if (carryOut(customer, { from: 'customer', command: { name: 'handoff:cancel', cid: '' } }))
        counts.gaveUp += 1;
    });
  };

  const vanish = (agent: SimulatedAgent, until: number) => {
    if (!agent.isThere) return;
    counts.vanished += 1;
    agent.isThere = false;
    const at = clock.now();
    if (scenario.isRescuing)
      for (const [graceMs, isAnswered] of [
        [rules.unansweredGraceMs, false],
        [rules.answeredGraceMs, true],
      ] as const)
        clock.at(at + presenceTimeoutMs + graceMs, () => {
          if (agent.isThere) return;
          for (const customer of [...agent.customers]) {
            const { state } = customer;
            if (state.status !== 'human' || (state.firstReplyAt !== null) !== isAnswered) continue;
            if (byServer(customer, { name: 'agent:gone', agentId: agent.id }))
              agent.customers.delete(customer);
          }
          offer();
        });
    clock.at(at + presenceTimeoutMs + rules.answeredGraceMs + 1_000, () => {
      if (!agent.isThere) counts.leftAlone += agent.customers.size;
    });
    clock.at(at + random.exponential(30 * minuteMs), () => comeBack(agent, until));
  };
  const comeBack = (agent: SimulatedAgent, until: number) => {
    agent.isThere = true;
    // After the end of their shift they only finish what they have.
    if (clock.now() < until) agent.seenAt = clock.now();
    offer();
    if (scenario.vanishMs !== null)
      clock.at(clock.now() + random.exponential(scenario.vanishMs), () => vanish(agent, until));
  };
  for (const [at, agent] of agents.entries()) {
    const { from, to } = scenario.shift(at);
    clock.at(from, () => comeBack(agent, to));
    // Who goes home takes nobody new, and finishes what they have.
    clock.at(to, () => {
      agent.seenAt = null;
      agent.idleSince = Number.POSITIVE_INFINITY;
    });
    const beat = () => {
      if (agent.isThere && agent.seenAt !== null) agent.seenAt = clock.now();
      if (clock.now() < to) clock.at(clock.now() + 15_000, beat);
    };
    clock.at(from, beat);
  }
  const peak = Math.max(
    ...Array.from({ length: 96 }, (_, quarter) => scenario.arrivals(quarter * 15 * minuteMs)),
  );
  // A Poisson process of changing rate, by thinning (Lewis and Shedler, Naval Research Logistics 1979).
  for (let at = random.exponential(hourMs / peak); at < dayMs; at += random.exponential(hourMs / peak))
    if (random.next() * peak < scenario.arrivals(at)) clock.at(at, arrive);
  clock.run(dayMs + 6 * hourMs);

  const starved = [...queue].filter(({ isServed }) => !isServed).length;
  return { ...counts, customers: all.length, toPersonMs, starved, estimates };
}

function keepLast<T>(values: T[], value: T, most = 50): void {
  values.push(value);
  if (values.length > most) values.shift();
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const writes = (languages: readonly string[], language: string | null) =>
  language === null || languages.length === 0 || languages.includes(language);
