import { span } from '../shared/time.ts';
import { causes, feedbackReasons, handoffReasons, suggestionReasons } from '../shared/words.ts';

/** What each figure is called and means; docs/insights.md says the same at length. */
export const definitions = {
  visits: {
    name: 'Conversations',
    what: 'Each time a customer came to the bot. Someone who comes back after a day of silence, or after the end, counts again.',
  },
  contained: {
    name: 'Contained',
    what: 'Ended, or silent for a day, without a person asked for or promised. The share is of all that were contained or came to people; open ones do not count yet.',
  },
  false: {
    name: 'Falsely contained',
    what: 'Contained, yet with a thumb down, or the same customer came back within 72 hours and asked the same. The share is of the contained ones.',
  },
  'false.down': {
    name: 'Contained, with a thumb down',
    what: 'The customer said that an answer was bad, and no person came in.',
  },
  'false.back': {
    name: 'Contained, and back',
    what: 'The same customer asked the same again within 72 hours of the last word.',
  },
  handed: {
    name: 'To people',
    what: 'A person was asked for, by the customer or by the bot, or promised by the bot.',
  },
  open: { name: 'Still open', what: 'Nobody was asked for, and the customer wrote within the last day.' },
  handoffs: {
    name: 'Handoffs',
    what: 'Times that a person was asked for. One conversation may have several.',
  },
  person: { name: 'With a person', what: 'Conversations that an agent joined.' },
  left: {
    name: 'Left the queue',
    what: 'Waits that the customer ended before a person came. The share is of all waits that have ended.',
  },
  waits: {
    name: 'Time to a person',
    what: 'From asking for a person, or being passed on, until an agent accepted. Nine of ten were sooner than the second number. Both are within 5 %.',
  },
  missed: {
    name: 'Missed handoffs',
    what: 'The bot showed that it failed (no answer, an error, a thumb down, or a reason of the handoff policy), and nobody was offered, asked for or promised.',
  },
  answers: { name: 'Answers', what: 'Answers of the bot that ended by themselves.' },
  unknown: { name: 'Without an answer', what: 'The bot said that it does not know.' },
  failed: { name: 'Failed answers', what: 'The bot could not be reached, took too long or broke off.' },
  up: { name: 'Thumbs up', what: 'Answers with a thumb up; the last verdict on an answer counts.' },
  down: {
    name: 'Thumbs down',
    what: 'Answers with a thumb down; the last verdict on an answer counts. The share is of all thumbs.',
  },
  'rated.bot': {
    name: 'Rating, bot alone',
    what: 'Ratings, 1 to 5, of conversations without a person in them.',
  },
  'rated.people': {
    name: 'Rating, with people',
    what: 'Ratings, 1 to 5, of conversations that a person joined.',
  },
  promises: {
    name: 'Promises kept',
    what: 'Of the promises made in this time that were kept or missed: what was said would be done by a time, and waits that were told.',
  },
  weak: {
    name: 'Weak answers',
    what: 'Answers with a thumb down, without knowledge, or after which the customer asked for a person. Questions with the same content words are one row. A thumb down counts three times, a person asked for twice.',
  },
  causes: { name: 'Why the bot failed', what: 'As agents said when they ended their part.' },
  offered: {
    name: 'Offered a person',
    what: 'Conversations in which a person was offered without having been asked for.',
  },
  proof: {
    name: 'Guidance effect',
    what: 'What guidance changed on its topic: all questions that it would get, asked before it was live and since, over the same length of time. What one customer asks at one time is one case. The answers that it was made from are left out before. Bars show where the true share lies, with 95 %; better or worse is said where the difference is more than chance, for all three measures together. Something else may have changed at the same time.',
  },
  'proof.down': {
    name: 'Thumb down',
    what: 'Cases in which an answer got a thumb down. The share is of all cases, with a thumb or without.',
  },
  'proof.handed': {
    name: 'Asked for a person',
    what: 'Cases in which the next thing was that a person was asked for, by the customer or the bot. Guidance that sends a topic to people is not judged by it.',
  },
  'proof.back': {
    name: 'Back within 72 h',
    what: 'Cases after which the same customer came again on the topic, or with the same question, within 72 hours. The share is of cases whose 72 hours are over.',
  },
} as const;
export type FigureName = keyof typeof definitions;

const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  handoffs: {
    ...handoffReasons,
    customer_asked: 'pressed the button',
    customer_said: 'asked in words',
  },
  missed: suggestionReasons,
  down: feedbackReasons,
  causes,
};

/** Of a part of a figure, such as `handoffs.bot_asked`. */
export function partName(figure: string, part: string): string {
  const name = parts[figure]?.[part] ?? part;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What a figure's key is called, with its part. */
export function figureName(key: string): string {
  if (key in definitions) return definitions[key as FigureName].name;
  const proof = /^proof\.(before|after)(?:\.(\w+))?$/.exec(key);
  if (proof !== null) {
    const [, side, measure] = proof;
    const name = measure === undefined ? 'Cases on the topic' : figureName(`proof.${measure}`);
    return `${name}, ${side} the guidance`;
  }
  const [of = '', ...rest] = key.split('.');
  const stars = /^rated\.(bot|people)\.(\d)$/.exec(key);
  if (stars !== null) return `${figureName(`rated.${stars[1]}`)}: ${stars[2]} of 5`;
  return of in definitions ? `${definitions[of as FigureName].name}: ${partName(of, rest.join('.'))}` : key;
}

/** What a figure means; null where its name says all. */
export function definitionOf(key: string): string | null {
  const of = key.replace(/^proof\.(before|after)/, 'proof');
  return of in definitions ? definitions[of as FigureName].what : null;
}

/** Below so many a share says next to nothing. */
const tooFew = 20;

export interface Share {
  readonly part: number;
  readonly of: number;
}

export const isTooFew = ({ of }: Share): boolean => of < tooFew;

/** "71.2 %"; "3 of 7" where a share would say too much. */
export function shareWords({ part, of }: Share): string {
  if (of === 0) return 'none';
  return of < tooFew ? `${part.toLocaleString()} of ${of.toLocaleString()}` : percent(part / of);
}

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.995 ? 1 : 0)} %`;

export interface Change {
  readonly words: string;
  readonly direction: 'up' | 'down' | 'same';
}

/** "+1.2 points": how a share changed; null where there are too few to say. */
export function shareChange(now: Share, before: Share): Change | null {
  if (isTooFew(now) || isTooFew(before)) return null;
  return changeOf(100 * (now.part / now.of - before.part / before.of), 'points');
}

/** "+12 %": how a count changed; null where there was none before. */
export const countChange = (now: number, before: number): Change | null =>
  before < tooFew ? null : changeOf((100 * (now - before)) / before, '%');

/** How a mean of stars changed. */
export const meanChange = (now: Mean, before: Mean): Change | null =>
  now.count < tooFew || before.count < tooFew ? null : changeOf(now.mean - before.mean, 'stars');

function changeOf(by: number, unit: string): Change {
  const text = unit === '%' ? Math.abs(by).toFixed(0) : Math.abs(by).toFixed(1);
  if (Number(text) === 0) return { words: 'as before', direction: 'same' };
  return { words: `${by > 0 ? '+' : '−'}${text} ${unit}`, direction: by > 0 ? 'up' : 'down' };
}

export interface Mean {
  readonly count: number;
  readonly mean: number;
}

/** @param stars how often each number of stars was given, 1 first */
export function meanOf(stars: readonly number[]): Mean {
  const count = stars.reduce((sum, one) => sum + one, 0);
  const all = stars.reduce((sum, one, at) => sum + one * (at + 1), 0);
  return { count, mean: count === 0 ? 0 : all / count };
}

export const waitWords = (ms: number | null): string => (ms === null ? 'none' : span(ms));
