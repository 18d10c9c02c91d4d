import { computed, signal } from '@preact/signals';

/** Where one is in the console. The address bar is the truth, so links, reload and the back button all work. */
export type Route =
  | { readonly view: 'inbox'; readonly conversationId: string | null }
  | { readonly view: 'promises' }
  | { readonly view: 'search' }
  | { readonly view: 'board' }
  | { readonly view: 'feedback' }
  | { readonly view: 'questions' }
  | { readonly view: 'guidance' }
  | { readonly view: 'insights' }
  | { readonly view: 'settings' }
  | { readonly view: 'invitation' };

const base = '/console/';

/** @param path of the page, e.g. `/console/c/0198…` */
export function parseRoute(path: string): Route {
  const [view, id] = path.slice(base.length).split('/');
  if (view === 'promises' || view === 'search' || view === 'board') return { view };
  if (view === 'questions') return { view };
  if (view === 'feedback' || view === 'guidance' || view === 'insights') return { view };
  if (view === 'settings' || view === 'invitation') return { view };
  return { view: 'inbox', conversationId: view === 'c' && id ? id : null };
}

export const inboxPath = base;
export const promisesPath = `${base}promises`;
export const searchPath = `${base}search`;
export const boardPath = `${base}board`;
export const feedbackPath = `${base}feedback`;
export const questionsPath = `${base}questions`;
export const guidancePath = `${base}guidance`;
export const insightsPath = `${base}insights`;
export const settingsPath = `${base}settings`;
export const conversationPath = (id: string) => `${base}c/${id}`;
/** The same, at one line of it. */
export const linePath = (id: string, seq: number) => `${conversationPath(id)}?line=${seq}`;

const here = () => ({ path: location.pathname, query: location.search });
const place = signal(typeof location === 'undefined' ? { path: base, query: '' } : here());

export const route = computed(() => parseRoute(place.value.path));
/** The query of the address, with its `?`. */
export const query = computed(() => place.value.query);

/** @param options.replace true for what the back button should not come back to */
export function navigate(address: string, options: { replace?: boolean } = {}): void {
  if (address === place.peek().path + place.peek().query) return;
  if (options.replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  place.value = here();
}

/** @returns stops listening to the back button */
export function followHistory(): () => void {
  const onPop = () => {
    place.value = here();
  };
  addEventListener('popstate', onPop);
  return () => removeEventListener('popstate', onPop);
}
