import type { Transcript } from '../../browser/transcript.ts';

/** Whose conversation it is, as far as this agent is concerned: what they may do follows from it. */
export type Standing = 'waiting' | 'mine' | 'reading';

export function standingOf({ status, agent }: Transcript, meId: string): Standing {
  if (status === 'waiting') return 'waiting';
  return status === 'human' && agent?.id === meId ? 'mine' : 'reading';
}
