import type { Outbound } from '../bots/outbound.ts';
import type { NotifyStep } from '../domain/notify-plan.ts';
import type { PushSubscription } from '../store/notifications.ts';
import type { Store } from '../store/store.ts';
import type { CallNotice } from './call-notice.ts';
import type { Mailer } from './email.ts';
import type { WaitingNotice } from './message.ts';
import type { PromiseNotice } from './promise-notice.ts';
import type { PushSender } from './web-push.ts';
import { sendWebhook } from './webhook.ts';

/** How a notice went out. `nobody`: there was nobody to send it to; `off`: this installation has no such channel. */
export interface Delivered {
  readonly result: 'sent' | 'nobody' | 'off';
  /** Devices, mailboxes or webhooks that took it. */
  readonly count: number;
}

export interface Channels {
  readonly store: Store;
  /** Null without a mail server. */
  readonly mailer: Mailer | null;
  readonly push: PushSender;
  readonly call: Outbound;
}

const sent = (count: number): Delivered => ({ result: count > 0 ? 'sent' : 'nobody', count });
const off: Delivered = { result: 'off', count: 0 };

/**
 * Takes one step of a site's plan.
 * @throws when the channel does not work: what it throws is for the operator
 */
export async function deliver(
  { store, mailer, push, call }: Channels,
  siteId: string,
  step: NotifyStep,
  notice: WaitingNotice | PromiseNotice,
  signal: AbortSignal,
): Promise<Delivered> {
  switch (step.channel) {
    case 'push': {
      const agents = await store.notifications.reachable(siteId);
      const devices = await store.notifications.subscriptions(agents.map(({ id }) => id));
      return sent(await pushTo({ store, push }, devices, notice, signal));
    }
    case 'email': {
      if (mailer === null) return off;
      const to =
        step.to === 'agents'
          ? (await store.notifications.reachable(siteId)).map(({ email }) => email)
          : step.to;
      return to.length === 0 ? sent(0) : sent(await mailer.send(to, notice));
    }
    case 'webhook':
      await sendWebhook(call, step, notice, signal);
      return sent(1);
  }
}

/**
 * To all of these devices; those that are there no more are forgotten.
 * @returns how many took it
 * @throws the first failure, if none took it and not all were gone
 */
export async function pushTo(
  { store, push }: Pick<Channels, 'store' | 'push'>,
  devices: readonly PushSubscription[],
  notice: WaitingNotice | PromiseNotice | CallNotice,
  signal: AbortSignal,
): Promise<number> {
  const outcomes = await Promise.allSettled(
    devices.map(async (device) => {
      const isThere = await push.send(device, notice, signal);
      if (!isThere) await store.notifications.removeSubscription(device.endpoint, null);
      return isThere;
    }),
  );
  const taken = outcomes.filter((one) => one.status === 'fulfilled' && one.value).length;
  const failed = outcomes.find((one) => one.status === 'rejected');
  // One device that was reached is enough: a try again would ring on it a second time.
  if (taken === 0 && failed !== undefined) throw failed.reason;
  return taken;
}
