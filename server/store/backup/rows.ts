const newline = 10;

/** The lines of COPY's text format that end in this piece: a newline within a value is written as `\n` there. */
export function countLines(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** Where the first `count` lines of this piece end, -1 if it holds fewer. */
export function endOfLines(piece: Buffer, count: number): number {
  let end = 0;
  for (let line = 0; line < count; line += 1) {
    const at = piece.indexOf(newline, end);
    if (at === -1) return -1;
    end = at + 1;
  }
  return end;
}
