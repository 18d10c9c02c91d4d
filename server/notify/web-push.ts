import webPush from 'web-push';
import type { PushSubscription } from '../store/notifications.ts';
import type { CallNotice } from './call-notice.ts';
import { oneLine, type WaitingNotice, waitedText } from './message.ts';
import { type PromiseNotice, promiseTitle, promiseWords } from './promise-notice.ts';

/** Keys by which push services know this installation (VAPID, RFC 8292). The private one never leaves the server. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

export const makeVapidKeys = (): VapidKeys => webPush.generateVAPIDKeys();

const sendWithinMs = 10_000;
/** A device that is off may still be told when it comes back; later than this it would be news from yesterday. */
const keptSeconds = 15 * 60;

/**
 * The push services of today's browsers: Chrome and its kin, Firefox, Edge, Safari. The address of a device comes from
 * a browser, and whoever is signed in could name any other: none but these is called.
 */
const knownServices = [
  /^(fcm|android)\.googleapis\.com$/,
  /^jmt17\.google\.com$/,
  /(^|\.)push\.services\.mozilla\.com$/,
  /\.notify\.windows\.com$/,
  /(^|\.)push\.apple\.com$/,
];

/** @param further origins of other push services that the operator trusts */
export function isPushService(endpoint: string, further: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, origin, username, password } = new URL(endpoint);
  if (username !== '' || password !== '') return false;
  if (further.includes(origin)) return true;
  return protocol === 'https:' && port === '' && knownServices.some((service) => service.test(hostname));
}

/** What the service worker shows (console/service-worker.ts). */
interface Shown {
  readonly title: string;
  readonly body: string;
  /** One notification a conversation: a later one replaces it. */
  readonly tag: string;
  readonly url: string;
}

export interface PushSender {
  /**
   * Encrypted for the device: the push service cannot read it.
   * @returns false when this device is there no more, and is to be forgotten
   * @throws when the push service cannot be reached or refuses
   */
  send(
    subscription: PushSubscription,
    notice: WaitingNotice | PromiseNotice | CallNotice,
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** @param settings.contact `mailto:` or `https:`, by which push services reach whoever runs this */
export function createPushSender(settings: {
  readonly keys: VapidKeys;
  readonly contact: string;
  readonly furtherServices: readonly string[];
}): PushSender {
  const { keys, contact, furtherServices } = settings;
  return {
    async send(subscription, notice, signal) {
      // Saved at a time when the operator trusted other services.
      if (!isPushService(subscription.endpoint, furtherServices)) return false;
      const { endpoint, method, headers, body } = webPush.generateRequestDetails(
        subscription,
        JSON.stringify(shown(notice)),
        {
          vapidDetails: { subject: contact, ...keys },
          TTL: keptSeconds,
          urgency: 'high',
          // The service keeps the last one a conversation while a device is off. Base64url, 32 characters at most.
          topic: notice.conversationId.replaceAll('-', ''),
          contentEncoding: 'aes128gcm',
        },
      );
      const response = await fetch(endpoint, {
        method,
        headers: Object.entries(headers)
          .filter(([name]) => name !== 'Content-Length')
          .map(([name, value]): [string, string] => [name, String(value)]),
        body: new Uint8Array(body),
        // It would lead away from the services that we know.
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(sendWithinMs)]),
      });
      await response.body?.cancel();
      if (response.status === 404 || response.status === 410) return false;
      if (!response.ok) throw new Error(`the push service answers ${response.status}`);
      return true;
    },
  };
}

function shown(notice: WaitingNotice | PromiseNotice | CallNotice): Shown {
  if (!('about' in notice)) return shownOf(notice);
  return notice.about === 'promise' ? shownOfPromise(notice) : shownOfCall(notice);
}

const shownOfCall = ({ about, conversationId, site, text, url }: CallNotice): Shown => ({
  title: `${about === 'offer' ? 'A customer is offered to you' : 'Your customer wrote'} at ${oneLine(site.title, 80)}`,
  body: text === null ? '' : oneLine(text, 140),
  tag: conversationId,
  url,
});

const shownOfPromise = (notice: PromiseNotice): Shown => ({
  title: promiseTitle(notice),
  body: promiseWords(notice),
  tag: notice.conversationId,
  url: notice.url,
});

function shownOf({ conversationId, site, topic, waitedMs, url, isTest }: WaitingNotice): Shown {
  const title = oneLine(site.title, 80);
  if (isTest) {
    return { title: 'Handrail', body: 'Notifications reach this device.', tag: 'test', url };
  }
  const waited = waitedMs < 60_000 ? '' : `, ${waitedText(waitedMs)}`;
  return {
    title: `A customer waits at ${title}${waited}`,
    body: topic === null ? '' : oneLine(topic, 140),
    tag: conversationId,
    url,
  };
}
