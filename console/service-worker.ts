/**
 * What is left of the console when its page is closed: it shows what is pushed to this device, and opens the
 * conversation when that is pressed. It serves no page and keeps nothing.
 */

/** As far as we use it: the library of types for pages does not know service workers. */
interface WorkerScope {
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly Page[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface Page {
  readonly url: string;
  readonly focused: boolean;
  focus(): Promise<unknown>;
  postMessage(message: OpenPath): void;
}
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
  readonly data?: { json(): unknown } | null;
  readonly notification?: Notification;
  readonly oldSubscription?: PushSubscription | null;
  readonly newSubscription?: PushSubscription | null;
}
/** Asks the page to go there (console/settings/device-alerts.ts). */
export interface OpenPath {
  readonly openPath: string;
}

const worker = self as unknown as WorkerScope;
const home = '/console/';

const consolePages = async () => {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return pages.filter(({ url }) => new URL(url).pathname.startsWith(home));
};

/** Only ever a place in this console: the message came over somebody else's server. */
function pathOf(url: unknown): string {
  if (typeof url !== 'string' || !URL.canParse(url, worker.location.origin)) return home;
  const { pathname } = new URL(url, worker.location.origin);
  return pathname.startsWith(home) ? pathname : home;
}

async function show(message: unknown): Promise<void> {
  const { title, body, tag, url } = Object(message) as Record<string, unknown>;
  if (typeof title !== 'string' || typeof tag !== 'string') return;
  // Who looks at the console sees the row appear, and hears it.
  const isLooking = (await consolePages()).some(({ focused }) => focused);
  if (isLooking && tag !== 'test') return;
  const options = {
    body: typeof body === 'string' ? body : '',
    tag,
    // It comes again because still nobody has accepted: that must be noticed.
    renotify: true,
    data: pathOf(url),
  };
  await worker.registration.showNotification(title, options);
}

async function open(path: string): Promise<void> {
  const pages = await consolePages();
  const page = pages.find(({ focused }) => focused) ?? pages[0];
  if (page === undefined) {
    await worker.clients.openWindow(path);
    return;
  }
  page.postMessage({ openPath: path });
  // Not every browser lets us; the conversation is open there all the same.
  await page.focus().catch(() => undefined);
}

/** The browser has exchanged this device's address: the server must learn the new one. */
async function renew(before: PushSubscription | null, after: PushSubscription | null): Promise<void> {
  const options = before?.options;
  const fresh =
    after ?? (options === undefined ? null : await worker.registration.pushManager.subscribe(options));
  if (fresh === null) return;
  const { endpoint, keys } = fresh.toJSON();
  await fetch('/v1/desk/notifications/device', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    credentials: 'same-origin',
    body: JSON.stringify({ endpoint, keys }),
  });
}

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('push', (event) => event.waitUntil(show(event.data?.json())));
worker.addEventListener('notificationclick', (event) => {
  event.notification?.close();
  event.waitUntil(open(pathOf(event.notification?.data)));
});
worker.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(renew(event.oldSubscription ?? null, event.newSubscription ?? null));
});
