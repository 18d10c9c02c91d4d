import type { Priority, Team } from '../../protocol/handoff.ts';
import type { Conversation } from './conversation.ts';
import { queuedFrom } from './queue-order.ts';

/** How a site brings waiting customers and agents together. */
export interface RoutingRules {
  /** `manual`: agents pick from the queue. `offer`: each customer is offered to one agent at a time. */
  readonly mode: 'manual' | 'offer';
  /** How long an agent has to accept, ms. */
  readonly offerMs: number;
  /** Who is asked first among those who could: who has been without work longest, or who has least of it. */
  readonly prefer: 'longest_idle' | 'least_loaded';
  /** For this long after a person left a customer, that person is asked first, ms; 0 for never. */
  readonly stickyMs: number;
  /** After this long a customer of a team is offered to agents of other teams as well, ms. */
  readonly overflowMs: number;
  /** An agent may be gone this long before a customer whom they have not answered goes back to the queue, ms. */
  readonly unansweredGraceMs: number;
  /** The same for one they have answered, who would otherwise lose their person to a tunnel. */
  readonly answeredGraceMs: number;
  /**
   * While the customer's team is closed by the hours: `present` offers to those who have the console before them all
   * the same, as they chose to be there; `nobody` leaves the queue to those who pick.
   */
  readonly afterHours: 'present' | 'nobody';
  /** After so many offers in a row without a word an agent is set away; 0 for never. */
  readonly missedOffers: number;
}

export const defaultRouting: RoutingRules = {
  mode: 'manual',
  offerMs: 20_000,
  prefer: 'longest_idle',
  stickyMs: 15 * 60_000,
  overflowMs: 3 * 60_000,
  unansweredGraceMs: 15_000,
  answeredGraceMs: 2 * 60_000,
  afterHours: 'present',
  missedOffers: 2,
};

/** A customer who waits. */
export interface Waiting {
  readonly id: string;
  /** Epoch ms. */
  readonly since: number;
  readonly priority: Priority;
  readonly team: Team;
  /** As the page told it (`de`, `pt-BR`); null when it did not. */
  readonly language: string | null;
  /** The person this customer had before, and until when they are kept for them, epoch ms. */
  readonly lastAgent: { readonly id: string; readonly until: number } | null;
  /** Agents who let an offer of this wait pass. */
  readonly passedBy: readonly string[];
  /** Whether an agent is being asked right now. */
  readonly isOffered: boolean;
}

/** A conversation as routing sees it; null if nobody waits in it. */
export function waitingIn(
  { id, language, state }: Pick<Waiting, 'id' | 'language'> & { readonly state: Conversation },
  { stickyMs }: RoutingRules,
  now: number,
): Waiting | null {
  if (state.status !== 'waiting') return null;
  const { since, priority, team, lastAgent: last, leftAt, passedBy, offer } = state;
  const lastAgent = last === null || leftAt === null ? null : { id: last.id, until: leftAt + stickyMs };
  const isOffered = offer !== null && offer.expiresAt > now;
  return { id, since, priority, team, language, lastAgent, passedBy, isOffered };
}

/** An agent who is there and takes new customers. */
export interface Seat {
  readonly id: string;
  readonly name: string;
  /** Reached on their phone alone, by Web Push. */
  readonly isOnPhone: boolean;
  /** Customers at once, at most. */
  readonly capacity: number;
  /** Customers they have, and offers that wait for their answer. */
  readonly load: number;
  /** Since when nothing new came to them, epoch ms. */
  readonly idleSince: number;
  /** Empty: of every team. */
  readonly teams: readonly string[];
  /** Languages they write, as `de`; empty: every one. */
  readonly languages: readonly string[];
}

export interface NewOffer {
  readonly id: string;
  readonly agent: { readonly id: string; readonly name: string };
}

/** The order of the queue. */
export const inQueueOrder = (a: Waiting, b: Waiting): number =>
  queuedFrom(a) - queuedFrom(b) || (a.id < b.id ? -1 : 1);

/**
 * Who is offered to whom now. Pure: several processes that see the same queue make the same offers.
 *
 * Goes through the queue in its order and gives each customer the best agent with room. Nobody is passed over for
 * somebody behind them whom the same agent could take; a customer for whom nobody has room stays where they are and
 * holds up only those who need the same agents.
 *
 * @param isOpenFor whether people of this team are there by the hours
 */
export function offersFor(
  queue: readonly Waiting[],
  seats: readonly Seat[],
  now: number,
  rules: RoutingRules,
  isOpenFor: (team: Team) => boolean = () => true,
): NewOffer[] {
  const load = new Map(seats.map(({ id, load }) => [id, load]));
  const given = new Set<string>();
  const loadOf = ({ id }: Seat) => load.get(id) ?? 0;
  const offers: NewOffer[] = [];
  for (const customer of [...queue].sort(inQueueOrder)) {
    if (customer.isOffered) continue;
    const isOpen = isOpenFor(customer.team);
    const able = seats.filter(
      (seat) => (isOpen || isOfferedAfterHours(seat, rules)) && isAble(seat, customer, now, rules),
    );
    // Once everybody has let it pass the round begins anew: better asked twice than never.
    const fresh = able.filter(({ id }) => !customer.passedBy.includes(id));
    const free = (fresh.length > 0 ? fresh : able).filter((seat) => loadOf(seat) < seat.capacity);
    const seat = best(free, customer, now, rules, loadOf, given);
    if (seat === null) continue;
    load.set(seat.id, loadOf(seat) + 1);
    given.add(seat.id);
    offers.push({ id: customer.id, agent: { id: seat.id, name: seat.name } });
  }
  return offers;
}

/** Nobody's phone rings in the evening. */
const isOfferedAfterHours = ({ isOnPhone }: Seat, { afterHours }: RoutingRules) =>
  afterHours === 'present' && !isOnPhone;

function isAble(seat: Seat, { team, language, since }: Waiting, now: number, rules: RoutingRules): boolean {
  const isOfTeam = team === null || seat.teams.length === 0 || seat.teams.includes(team);
  if (!isOfTeam && now - since < rules.overflowMs) return false;
  const spoken = language?.split('-')[0]?.toLowerCase();
  return spoken === undefined || seat.languages.length === 0 || seat.languages.includes(spoken);
}

/** The agent they had before, while they are kept for them; else by the site's preference, and by id among equals. */
function best(
  free: readonly Seat[],
  { lastAgent }: Waiting,
  now: number,
  { prefer }: RoutingRules,
  loadOf: (seat: Seat) => number,
  given: ReadonlySet<string>,
): Seat | null {
  if (lastAgent !== null && lastAgent.until > now) {
    const same = free.find(({ id }) => id === lastAgent.id);
    if (same !== undefined) return same;
  }
  // Who has just been given somebody is idle no more, whatever the seat said at the beginning.
  const idleSince = (seat: Seat) => (given.has(seat.id) ? now : seat.idleSince);
  const byIdle = (a: Seat, b: Seat) => idleSince(a) - idleSince(b);
  const byLoad = (a: Seat, b: Seat) => loadOf(a) / a.capacity - loadOf(b) / b.capacity;
  // Who must take out a phone first keeps the customer waiting: whoever is at a desk comes before.
  const byPlace = (a: Seat, b: Seat) => Number(a.isOnPhone) - Number(b.isOnPhone);
  const inOrder = [...free].sort(
    (a, b) =>
      byPlace(a, b) ||
      (prefer === 'least_loaded' ? byLoad(a, b) || byIdle(a, b) : byIdle(a, b) || byLoad(a, b)) ||
      (a.id < b.id ? -1 : 1),
  );
  return inOrder[0] ?? null;
}
