/** What is being looked for at the caret: a canned response behind `/`, a colleague behind `@`. */
export interface Picking {
  readonly sign: '/' | '@';
  /** The letters behind the sign. */
  readonly typed: string;
  /** Where the sign stands; up to `until` is replaced by what is chosen. */
  readonly from: number;
  readonly until: number;
}

/** The sign must begin the text or stand behind a blank: addresses and "and/or" open nothing. */
const shape = { '/': /(?:^|\s)\/([\w-]{0,32})$/, '@': /(?:^|\s)@([^\s@]{0,40})$/u } as const;

export function pickingAt(text: string, caret: number, sign: Picking['sign']): Picking | null {
  const typed = shape[sign].exec(text.slice(0, caret))?.[1];
  return typed === undefined ? null : { sign, typed, from: caret - typed.length - 1, until: caret };
}

/** The text with what was chosen in place of the sign and its letters, and where the caret goes. */
export function picked(text: string, { from, until }: Picking, chosen: string) {
  return { text: text.slice(0, from) + chosen + text.slice(until), caret: from + chosen.length };
}

/** The colleagues whom a note names, by their whole name behind an `@`. */
export function mentionedIn(
  note: string,
  colleagues: readonly { readonly id: string; readonly name: string }[],
): string[] {
  const isNamed = ({ name }: { name: string }) => {
    for (let at = note.indexOf(`@${name}`); at !== -1; at = note.indexOf(`@${name}`, at + 1)) {
      // "@Ana" is not in "@Anabel".
      if (!/[\p{L}\p{N}]/u.test(note.charAt(at + 1 + name.length))) return true;
    }
    return false;
  };
  return colleagues
    .filter(isNamed)
    .map(({ id }) => id)
    .slice(0, 10);
}
