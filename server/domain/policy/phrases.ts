/** One expression for many patterns over plain words (see words.ts), each from one space to the next. */
export const anyOf = (...patterns: readonly string[]) => new RegExp(` (?:${patterns.join('|')}) `);
