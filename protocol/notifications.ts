import { type Static, Type } from 'typebox';
import { exact } from './ids.ts';

/** A device that takes notifications, as its browser describes it. */
export const PushDevice = exact({
  endpoint: Type.String({ minLength: 10, maxLength: 1_000, description: 'https address at a push service' }),
  keys: exact({
    p256dh: Type.String({ pattern: '^[A-Za-z0-9_-]{80,100}=*$' }),
    auth: Type.String({ pattern: '^[A-Za-z0-9_-]{16,40}=*$' }),
  }),
});
export type PushDevice = Static<typeof PushDevice>;

/** One of the agent's own devices. */
export const PushDeviceRef = exact({ endpoint: PushDevice.properties.endpoint });
export type PushDeviceRef = Static<typeof PushDeviceRef>;

/** One site's way to tell its agents: each channel with the delay until it is used, ms. */
export const NotifySchedule = exact({
  site: Type.String(),
  steps: Type.Array(
    exact({
      channel: Type.Union([Type.Literal('push'), Type.Literal('email'), Type.Literal('webhook')]),
      afterMs: Type.Integer({ minimum: 0 }),
    }),
  ),
});
export type NotifySchedule = Static<typeof NotifySchedule>;

/** What a console needs to switch a device on, and to say what happens. */
export const NotifySetup = exact({
  publicKey: Type.String({ description: 'key of this installation for push services (VAPID), base64url' }),
  sites: Type.Array(NotifySchedule),
});
export type NotifySetup = Static<typeof NotifySetup>;

/** How a test went: whether the push service took it for this device. */
export const NotifyTested = exact({ isSent: Type.Boolean() });
export type NotifyTested = Static<typeof NotifyTested>;
