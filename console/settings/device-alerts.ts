import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { NotifySetup, PushDevice } from '../../protocol/notifications.ts';
import { type Api, ApiError } from '../api.ts';
import { navigate } from '../route.ts';
import type { OpenPath } from '../service-worker.ts';
import { rememberedFlag } from '../shared/storage.ts';

/**
 * `insecure`: the page has no https, so browsers offer nothing. `blocked`: refused in the browser's settings.
 * `failed`: allowed, but the browser's push service or our server did not take it.
 */
export type DeviceState =
  | 'unsupported'
  | 'insecure'
  | 'blocked'
  | 'off'
  | 'turning_on'
  | 'on'
  | 'turning_off'
  | 'failed';

/** Whether this device tells its agent of new handoffs while the console is closed. */
export interface DeviceAlerts {
  readonly state: ReadonlySignal<DeviceState>;
  /** Asks for permission: call it on a click only, as browsers and people expect. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
  /** Sends a notification to this very device. @returns false when it could not be sent @throws ApiError */
  test(): Promise<boolean>;
  /** Signing out: what comes next on this device is none of this agent's any more. Signing in again brings it back. */
  leave(): Promise<void>;
  close(): void;
}

const workerPath = '/console/service-worker.js';
const scope = '/console/';

/** The one script address that this page ever hands to the browser; its Trusted Types policy is named in the CSP. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): string;
  };
}
let trusted: string | null = null;
function trustedWorkerPath(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return workerPath;
  trusted ??= trustedTypes
    .createPolicy('handrail-service-worker', { createScriptURL: () => workerPath })
    .createScriptURL(workerPath);
  return trusted;
}

/** @param permit what the browser allows, kept by `createAlerts`; @param ask asks for it */
export function createDeviceAlerts(
  agentId: string,
  api: Pick<Api, 'notifySetup' | 'saveDevice' | 'removeDevice' | 'testDevice'>,
  { permit, askForNotifications }: { permit: Signal<string>; askForNotifications(): Promise<void> },
): DeviceAlerts {
  const wanted = rememberedFlag(`${agentId}.notify-device`, false);
  const state = signal<DeviceState>('off');

  const rest = (): DeviceState => {
    if (!isSecureContext) return 'insecure';
    if (!('serviceWorker' in navigator) || !('PushManager' in globalThis)) return 'unsupported';
    if (permit.peek() === 'unsupported') return 'unsupported';
    return permit.peek() === 'denied' ? 'blocked' : 'off';
  };
  state.value = rest();

  const currentSubscription = async (): Promise<PushSubscription | null> => {
    const registration = await navigator.serviceWorker.getRegistration(scope);
    return (await registration?.pushManager.getSubscription()) ?? null;
  };

  const subscribe = async (): Promise<void> => {
    const { publicKey } = await api.notifySetup();
    await navigator.serviceWorker.register(trustedWorkerPath(), { scope });
    const { pushManager } = await navigator.serviceWorker.ready;
    const existing = await pushManager.getSubscription();
    const isOurs = existing !== null && keyOf(existing) === publicKey;
    // Bound to the keys of another installation, or of this one before it was set up anew.
    if (existing !== null && !isOurs) await existing.unsubscribe();
    const subscription = isOurs
      ? existing
      : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
    await api.saveDevice(deviceOf(subscription));
  };

  const connect = async (): Promise<void> => {
    state.value = 'turning_on';
    try {
      await subscribe();
      state.value = 'on';
    } catch (error) {
      // Browsers say no in many ways: no push service, no network, a policy of the company.
      if (!(error instanceof ApiError || error instanceof DOMException || error instanceof TypeError))
        throw error;
      state.value = 'failed';
    }
  };

  /** Browser first: without its subscription nothing reaches this device, whether or not the server hears of it. */
  const disconnect = async (): Promise<void> => {
    const subscription = await currentSubscription().catch(() => null);
    if (subscription === null) return;
    await subscription.unsubscribe();
    await api.removeDevice(subscription.endpoint).catch((error) => {
      // The push service tells it that this device is gone.
      if (!(error instanceof ApiError)) throw error;
    });
  };

  /** As it was left the last time. Another agent's subscription, from before, ends here: it is not their desk now. */
  const resume = async () => {
    if (state.peek() !== 'off') return;
    if (wanted.peek() && permit.peek() === 'granted') await connect();
    else await disconnect();
  };
  void resume();

  /** Permission given or taken away in the browser's own settings shows here at once. */
  const stopFollowing = effect(() => {
    const isDenied = permit.value === 'denied';
    const now = state.peek();
    if (isDenied && now !== 'unsupported' && now !== 'insecure') state.value = 'blocked';
    if (!isDenied && now === 'blocked') state.value = rest();
  });

  const onMessage = ({ data }: MessageEvent<Partial<OpenPath> | null>) => {
    if (typeof data?.openPath === 'string') navigate(data.openPath);
  };
  const container = 'serviceWorker' in navigator ? navigator.serviceWorker : null;
  container?.addEventListener('message', onMessage);

  return {
    state,
    async turnOn() {
      state.value = 'turning_on';
      await askForNotifications();
      if (permit.peek() !== 'granted') {
        state.value = rest();
        return;
      }
      wanted.value = true;
      await connect();
    },
    async turnOff() {
      wanted.value = false;
      state.value = 'turning_off';
      await disconnect();
      state.value = rest();
    },
    async test() {
      const subscription = await currentSubscription();
      return subscription !== null && (await api.testDevice(subscription.endpoint)).isSent;
    },
    leave: disconnect,
    close() {
      stopFollowing();
      container?.removeEventListener('message', onMessage);
    },
  };
}

function deviceOf(subscription: PushSubscription): PushDevice {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint: endpoint ?? '', keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' } };
}

/** The installation's key that a subscription is bound to, as base64url. */
function keyOf({ options }: PushSubscription): string {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** "at once", "after 30 seconds", "after 5 minutes". */
export function delayText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds === 0) return 'at once';
  if (seconds < 90) return seconds === 60 ? 'after a minute' : `after ${seconds} seconds`;
  return `after ${Math.round(seconds / 60)} minutes`;
}

const channelNames: Record<NotifySetup['sites'][number]['steps'][number]['channel'], string> = {
  push: 'your devices',
  email: 'e-mail',
  webhook: 'the team’s webhook',
};

/** What a site does while nobody accepts, as one line: "devices at once, e-mail after a minute". */
export function scheduleText(steps: NotifySetup['sites'][number]['steps']): string {
  const inOrder = [...steps].sort((a, b) => a.afterMs - b.afterMs);
  return inOrder.map(({ channel, afterMs }) => `${channelNames[channel]} ${delayText(afterMs)}`).join(', ');
}
