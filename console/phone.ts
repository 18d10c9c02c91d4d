import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { AgentSignals } from '../protocol/commands.ts';
import type { Connection } from './connection.ts';
import type { DeviceAlerts } from './settings/device-alerts.ts';

/** What lies in a pocket with its screen locked, and is not closed by that: phones and tablets. */
export function isHandheld(): boolean {
  const { userAgent, maxTouchPoints, userAgentData } = navigator as Navigator & {
    userAgentData?: { readonly mobile: boolean };
  };
  if (userAgentData?.mobile === true) return true;
  // An iPad calls itself a Mac; no Mac has a touch screen.
  return /Android|iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

/**
 * Tells the server that this console is on a phone that Web Push wakes, and when it is put away: a locked screen is then
 * not taken for an agent who has gone. Other consoles tell nothing.
 * @returns stops it
 */
export function tellOfPhone(
  connection: Pick<Connection, 'state' | 'signal'>,
  alerts: ReadonlySignal<ReturnType<DeviceAlerts['state']['peek']>>,
): () => void {
  if (!isHandheld()) return () => undefined;
  const isVisible = signal(document.visibilityState === 'visible');
  const onVisibility = () => {
    isVisible.value = document.visibilityState === 'visible';
  };
  document.addEventListener('visibilitychange', onVisibility);
  let told: AgentSignals['device:set']['phone'] = 'none';
  const stop = effect(() => {
    const phone = alerts.value !== 'on' ? 'none' : isVisible.value ? 'in_hand' : 'put_away';
    // A new line knows nothing of it.
    if (connection.state.value !== 'online') told = 'none';
    else if (phone !== told) {
      told = phone;
      connection.signal('device:set', { phone });
    }
  });
  return () => {
    stop();
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
