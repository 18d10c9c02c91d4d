import type { Availability, Presence } from '../../protocol/agent.ts';

/** An agent whose consoles have been silent for longer than this is at no desk, whatever they set. */
export const presenceTimeoutMs = 45_000;
/** A phone that was put away with the console on it reaches its agent by Web Push for this long. */
export const phoneReachMs = 15 * 60_000;
/** Whoever is called there must look within this time: the phone may lie in another room. */
export const answerCallMs = 2 * 60_000;
/** A phone must be taken out and unlocked first: an offer that goes there stands this long at least. */
export const phoneOfferMs = 60_000;

/** What is known of where an agent is. */
export interface Signs {
  readonly availability: Availability;
  /** Last sign of life of a console that is in front of somebody, epoch ms; null when the last one was closed. */
  readonly seenAt: number | null;
  /** Until when they are reached on their phone, epoch ms; null: not at all. */
  readonly phoneUntil: number | null;
}

/**
 * Where an agent is, as far as anybody can know: a lost line says nothing about a person with a phone in the pocket, and
 * all about a laptop. The filters of server/store/presence.ts say the same in SQL.
 */
export function presenceOf({ availability, seenAt, phoneUntil }: Signs, now: number): Presence {
  if (seenAt !== null && seenAt > now - presenceTimeoutMs) return availability;
  // Who is away is not called, so their phone reaches them no more than their desk.
  return availability === 'online' && phoneUntil !== null && phoneUntil > now ? 'on_phone' : 'offline';
}

/** How long an offer stands. */
export const offerTime = (offerMs: number, isOnPhone: boolean): number =>
  isOnPhone ? Math.max(offerMs, phoneOfferMs) : offerMs;
