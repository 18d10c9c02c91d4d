import type { NewOffer, RoutingRules, Seat, Waiting } from '../../server/domain/routing.ts';

/** What a day is made of. */
export interface Scenario {
  readonly seed: number;
  readonly agents: number;
  readonly capacity: number;
  readonly handlingMs: number;
  readonly handling: 'lognormal' | 'exponential';
  /** Customers an hour at this time of the day. */
  readonly arrivals: (at: number) => number;
  /** When each agent is at work, epoch ms of the day. */
  readonly shift: (agent: number) => { readonly from: number; readonly to: number };
  /** Mean time until a customer gives up; null: never. */
  readonly patienceMs: number | null;
  /** Mean time until an agent's laptop is closed without a word; null: never. */
  readonly vanishMs: number | null;
  /** Share of offers that their agent does not see. */
  readonly ignoredShare: number;
  readonly responseMs: number;
  /** Share of customers who say that it cannot wait. */
  readonly urgentShare: number;
  readonly languages: readonly (string | null)[];
  readonly rules: RoutingRules;
  readonly assign: (queue: readonly Waiting[], seats: readonly Seat[], now: number) => readonly NewOffer[];
  /** Whether customers of agents who are gone come back to the queue. */
  readonly isRescuing: boolean;
}

export interface Estimate {
  readonly waitedMs: number;
  readonly ranges: ReadonlyMap<number, { readonly fromMs: number; readonly toMs: number }>;
}

export interface DayResult {
  readonly customers: number;
  readonly toPersonMs: readonly number[];
  readonly gaveUp: number;
  /** Stayed to the end and never had a person. */
  readonly starved: number;
  readonly doubleAssignments: number;
  readonly overCapacity: number;
  /** Offers to somebody while another with the same wishes had waited longer. */
  readonly outOfOrder: number;
  readonly vanished: number;
  /** Taken by an agent who does not write the customer's language. */
  readonly misplaced: number;
  /** Still with an agent who has been gone for longer than any grace. */
  readonly leftAlone: number;
  readonly estimates: readonly Estimate[];
}
