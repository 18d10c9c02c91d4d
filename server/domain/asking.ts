import type { Fact } from '../../protocol/conversation.ts';
import type { HandoffReason, Harm, Priority, Team } from '../../protocol/handoff.ts';
import type { World } from './command.ts';
import type { Conversation } from './conversation.ts';
import type { Draft } from './draft.ts';
import { harmIn, isVip } from './harm.ts';
import { hoursOf, isOpen, nextOpening } from './hours.ts';
import { type Topic, teamFor } from './topics.ts';

const system = { kind: 'system' } as const;

interface Request {
  readonly reason: HandoffReason;
  readonly detail: string;
  readonly priority?: Priority;
}

/**
 * Asks for a person: with a head start for who was harmed or whom the site wants first, and of the team of a known
 * topic. While that team is closed the customer is promised an answer in the same decision: they can leave, and no
 * process can die between the asking and the promise.
 */
export function requestPerson(
  d: Draft,
  { reason, detail, priority = 'normal' }: Request,
  world: World,
  by?: Fact['by'],
): void {
  const because = reasonToGoFirst(d, world);
  const team = teamFor(d.state.recent, world.policy.topics);
  const harm = because === null ? { priority } : { priority: 'high' as const, because };
  d.add({ type: 'handoff.requested', reason, detail, team, ...harm }, by);
  const dueAt = answerDueAt(world, team);
  if (dueAt === null || d.state.promises.some(({ kind }) => kind === 'answer')) return;
  d.add({ type: 'promise.made', kind: 'answer', text: '', dueAt, owner: null }, system);
}

/** The team that a customer of this conversation comes to, or would come to by asking now. */
export const teamAhead = (state: Conversation, topics: readonly Topic[]): Team =>
  state.status === 'waiting' ? state.team : teamFor(state.recent, topics);

/** null: people are there, or nobody knows when they are. */
function answerDueAt({ answers, now }: World, team: string | null): number | null {
  if (answers === undefined) return null;
  const hours = hoursOf(answers.hours, team);
  if (hours === null || isOpen(hours, now)) return null;
  const opensAt = nextOpening(hours, now);
  return opensAt === null ? null : opensAt + answers.withinMs;
}

/** What a waiting customer says may put them before others. */
export function raise(d: Draft, world: World): void {
  const { state } = d;
  if (state.status !== 'waiting' || state.priority !== 'normal') return;
  const because = reasonToGoFirst(d, world);
  if (because !== null) d.add({ type: 'handoff.raised', priority: 'high', because }, system);
}

/** Harm weighs more than what the site wishes, and is what the agent should know. */
const reasonToGoFirst = (d: Draft, { policy, traits = {} }: World): Harm | null =>
  harmIn(d.state.recent) ?? (isVip(traits, policy.first) ? 'vip' : null);
