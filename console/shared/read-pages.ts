/**
 * The first `count` pages of a list as one page, or as many as there are: so what is shown is read again as a whole.
 * @param read the page behind `cursor`; null: the first
 */
export async function readPages<
  P extends { readonly items: readonly unknown[]; readonly next: string | null },
>(count: number, read: (cursor: string | null) => Promise<P>): Promise<P> {
  let page = await read(null);
  const items = [...page.items];
  for (let at = 1; at < count && page.next !== null; at += 1) {
    page = await read(page.next);
    items.push(...page.items);
  }
  return { ...page, items };
}
