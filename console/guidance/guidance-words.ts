import type { Guidance, GuidanceAction, GuidanceKind, GuidanceScope } from '../../protocol/guidance.ts';
import type { ApiError } from '../api.ts';
import { effectWords } from '../proof/proof-words.ts';
import { problemWords as commonWords } from '../shared/problem-words.ts';
import { dayAndClock } from '../shared/time.ts';

/** What each kind does for the customer, to choose from. */
export const kinds: Readonly<Record<GuidanceKind, { name: string; does: string; textIs: string }>> = {
  answer: {
    name: 'Answer',
    does: 'Given word for word, marked as checked by people. The bot is not asked.',
    textIs: 'What the customer reads',
  },
  hint: {
    name: 'Hint',
    does: 'Told to the bot with the question; it answers in its own words.',
    textIs: 'What the bot is told',
  },
  person: {
    name: 'Person',
    does: 'This topic goes to people: an honest line, and a person is asked for.',
    textIs: 'The line before a person comes',
  },
};

export const actions: Readonly<Record<GuidanceAction, string>> = {
  written: 'wrote',
  proposed: 'proposed',
  sent_back: 'sent back',
  approved: 'approved',
  retired: 'retired',
  rolled_back: 'rolled back to',
};

/** How a guidance stands, in a line, and how much that asks of whoever looks. */
export function standing({ state, live, proposed, newest, effect }: Guidance): {
  tone: 'good' | 'warn' | 'fail' | 'soft';
  text: string;
} {
  const waits = proposed === null ? '' : ` Version ${proposed} waits for approval.`;
  const did = effectWords(effect) === '' ? '' : ` ${effectWords(effect)}`;
  switch (state) {
    case 'live': {
      const isOlder = live !== null && newest.version > live && proposed === null;
      return {
        tone: effect === 'worse' ? 'fail' : proposed === null ? 'good' : 'warn',
        text: `Live, version ${live}.${did}${waits}${isOlder ? ` Version ${newest.version} is a draft.` : ''}`,
      };
    }
    case 'proposed':
      return { tone: 'warn', text: `Version ${proposed} waits for approval.` };
    case 'retired':
      return { tone: 'soft', text: 'Retired. Nothing of it is given.' };
    case 'draft':
      return { tone: 'soft', text: 'Draft.' };
  }
}

/** Whom it concerns and when; empty for everybody, always. */
export function scopeWords({ languages, traits, from, until }: GuidanceScope, now: number): string {
  const parts = [
    ...(languages === undefined ? [] : [`in ${languages.join(', ')}`]),
    ...Object.entries(traits ?? {}).map(([name, value]) => `${name} is ${value}`),
    ...(from === undefined ? [] : [`from ${dayAndClock(from, now)}`]),
    ...(until === undefined ? [] : [`until ${dayAndClock(until, now)}`]),
  ];
  return parts.length === 0 ? '' : `Only ${parts.join(', ')}`;
}

/** Why something was not done. */
export function problemWords(code: ApiError['code']): string {
  switch (code) {
    case 'invalid':
      return 'Something in it does not fit. Look at the languages, the traits and the dates.';
    case 'stale_version':
      return 'Somebody has written a newer version meanwhile. It is shown now; look at it first.';
    case 'own_version':
      return 'You wrote this version. At this site somebody else has to approve it.';
    case 'already_proposed':
    case 'already_live':
    case 'not_proposed':
    case 'not_live':
    case 'never_live':
      return 'Somebody was faster. It is shown as it stands now.';
    case 'limit_reached':
      return 'This site has as much guidance as it may have.';
    default:
      return commonWords(code);
  }
}
