const ordinalSuffixes = { zero: 'th', one: 'st', two: 'nd', few: 'rd', many: 'th', other: 'th' } as const;

/** 1st, 2nd, 3rd. */
export const ordinal = (number: number) =>
  number + ordinalSuffixes[new Intl.PluralRules('en', { type: 'ordinal' }).select(number)];

/** 1 message, 2 messages. */
export const plural = (number: number, one: string, other: string) =>
  `${number} ${number === 1 ? one : other}`;
