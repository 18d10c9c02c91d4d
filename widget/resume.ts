/**
 * What the next page must know before the chat is loaded: whether there is an open conversation (a person may
 * answer in it, so the chat is loaded when idle), and whether it stood open in this tab.
 */
const conversationKey = (site: string) => `handrail-open-conversation:${site}`;
const panelKey = (site: string) => `handrail-panel:${site}`;

/** Storage may be blocked or full; the chat then only forgets where it stood. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

const mark = (storage: () => Storage, key: string, isSet: boolean) =>
  attempt(() => (isSet ? storage().setItem(key, '1') : storage().removeItem(key)));

export const markConversation = (site: string, isOpen: boolean) =>
  mark(() => localStorage, conversationKey(site), isOpen);
export const markPanel = (site: string, isOpen: boolean) =>
  mark(() => sessionStorage, panelKey(site), isOpen);

/** By the link of an e-mail: it opens the chat, also where it covers the screen. Taken by `core/continue-link.ts`. */
export const hasLink = () => location.hash.startsWith('#handrail=');
export const hasConversation = (site: string) =>
  attempt(() => localStorage.getItem(conversationKey(site))) !== null;
export const hasPanel = (site: string) =>
  hasLink() || attempt(() => sessionStorage.getItem(panelKey(site))) !== null;
