import type { Outbound } from '../bots/outbound.ts';
import type { Store } from '../store/store.ts';
import type { Channels } from './deliver.ts';
import { createMailer } from './email.ts';
import { createPushSender, makeVapidKeys, type VapidKeys } from './web-push.ts';

export interface NotifySettings {
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  readonly pushServices: readonly string[];
  readonly publicUrl: string | null;
}

/** All ways out, with the keys that this installation made up for itself once. @param call the guarded way to webhooks */
export async function openChannels(
  { smtpUrl, mailFrom, pushServices, publicUrl }: NotifySettings,
  store: Store,
  call: Outbound,
): Promise<Channels & { readonly publicKey: string; close(): void }> {
  // Every device is bound to these keys: others would cut them all off.
  const keys: VapidKeys = JSON.parse(await store.setting('vapid', () => JSON.stringify(makeVapidKeys())));
  const from = mailFrom ?? 'handrail@localhost';
  const address = /<([^>]+)>\s*$/.exec(from)?.[1] ?? from;
  const contact = publicUrl?.startsWith('https:') && mailFrom === null ? publicUrl : `mailto:${address}`;
  const mailer = smtpUrl === null ? null : createMailer({ smtpUrl, from });
  return {
    store,
    mailer,
    push: createPushSender({ keys, contact, furtherServices: pushServices }),
    call,
    publicKey: keys.publicKey,
    close: () => mailer?.close(),
  };
}
