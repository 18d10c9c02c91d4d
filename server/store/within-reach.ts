/**
 * As many of these conversations, in their order, as hold some `atOnce` facts; one at least, as each is read as a whole.
 * @returns what is left, by id
 */
export function withinReach<C extends { readonly id: string; readonly seq: number }>(
  all: readonly C[],
  atOnce = Number.POSITIVE_INFINITY,
): { taken: readonly C[]; left: ReadonlySet<string> } {
  let facts = 0;
  const over = all.findIndex(({ seq }, index) => {
    facts += seq;
    return index > 0 && facts > atOnce;
  });
  const end = over === -1 ? all.length : over;
  return { taken: all.slice(0, end), left: new Set(all.slice(end).map(({ id }) => id)) };
}
