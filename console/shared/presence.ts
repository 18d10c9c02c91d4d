import type { Presence } from '../../protocol/agent.ts';

/** As a word of its own; in the middle of a line in small letters. */
export const presenceWords: Readonly<Record<Presence, string>> = {
  online: 'Online',
  on_phone: 'On a phone',
  away: 'Away',
  offline: 'Offline',
};
