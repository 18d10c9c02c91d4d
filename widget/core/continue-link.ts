/**
 * The link of an e-mail by which the customer has come, as it stands at the end of the page's address; null without
 * one. Taken out of the address at once: it must not be in a bookmark, a screenshot or what the page tells its
 * statistics. A test without a page has no address.
 */
export function takeLink(): string | null {
  const { hash = '', pathname, search } = globalThis.location ?? {};
  if (!hash.startsWith('#handrail=')) return null;
  history.replaceState(history.state, '', pathname + search);
  return hash;
}
