import type { WeakStatus } from '../../../protocol/weak-questions.ts';

interface Person {
  readonly id: string;
  readonly name: string;
}

/** How a weak question stands with those who look after it. */
export interface WeakStanding {
  readonly status: WeakStatus;
  readonly owner: Person | null;
  /** Who brought it to this status; null: it came by itself. */
  readonly by: Person | null;
  /** When it came to it. */
  readonly sinceAt: number;
  /** Why it was declined last: the customers read it. */
  readonly reason: string;
  /** How often it came back after it was decided. */
  readonly returned: number;
}

export const newlyFound = (at: number): WeakStanding => ({
  status: 'open',
  owner: null,
  by: null,
  sinceAt: at,
  reason: '',
  returned: 0,
});

export type WeakCommand =
  | { readonly name: 'take' | 'release' | 'reopen'; readonly by: Person }
  | { readonly name: 'decline'; readonly by: Person; readonly reason: string }
  /** A guidance that was written for it is live. */
  | { readonly name: 'guide'; readonly by: Person }
  /** Nothing of that guidance is live any more. */
  | { readonly name: 'unguide'; readonly by: Person }
  /** A weak answer that was given then. */
  | { readonly name: 'fail'; readonly answeredAt: number };

export type WeakProblem = 'already_taken' | 'not_taken' | 'already_decided' | 'not_decided' | 'word_needed';

/** For so long after its approval a guidance may not yet stand on every server. */
export const guidanceReachesWithinMs = 5_000;

/**
 * open -> taken by an owner -> guided, or declined with a reason
 *      <- again, when the same fails after that
 *
 * What another person has taken is theirs to decide, until it is released.
 * @returns how it stands then, or the code of a refusal
 */
export function decideWeak(
  standing: WeakStanding,
  command: WeakCommand,
  now: number,
): WeakStanding | WeakProblem {
  const { status, owner } = standing;
  const isDecided = status === 'guided' || status === 'declined';
  switch (command.name) {
    case 'take':
      if (isDecided) return 'already_decided';
      if (status === 'taken') return 'already_taken';
      return { ...standing, status: 'taken', owner: command.by, by: command.by, sinceAt: now };
    case 'release':
      if (status !== 'taken') return 'not_taken';
      return { ...standing, status: 'open', owner: null, by: command.by, sinceAt: now };
    case 'decline': {
      if (isDecided) return 'already_decided';
      if (status === 'taken' && owner?.id !== command.by.id) return 'already_taken';
      const reason = command.reason.trim();
      if (reason === '') return 'word_needed';
      return { ...standing, status: 'declined', by: command.by, sinceAt: now, reason };
    }
    case 'reopen':
      if (status !== 'declined') return 'not_decided';
      return { ...standing, status: 'open', owner: null, by: command.by, sinceAt: now };
    case 'guide':
      return { ...standing, status: 'guided', by: command.by, sinceAt: now };
    case 'unguide':
      if (status !== 'guided') return standing;
      return { ...standing, status: 'open', owner: null, by: command.by, sinceAt: now };
    case 'fail': {
      const decidedUntil = standing.sinceAt + (status === 'guided' ? guidanceReachesWithinMs : 0);
      if (!isDecided || command.answeredAt <= decidedUntil) return standing;
      const returned = standing.returned + 1;
      return { ...standing, status: 'open', owner: null, by: null, sinceAt: now, returned };
    }
  }
}
