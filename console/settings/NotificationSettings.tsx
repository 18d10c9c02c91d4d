import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { NotifySchedule } from '../../protocol/notifications.ts';
import { ApiError } from '../api.ts';
import { isHandheld } from '../phone.ts';
import { useWorkplace } from '../workplace.ts';
import { type DeviceState, scheduleText } from './device-alerts.ts';

const explanations: Record<DeviceState, string> = {
  unsupported:
    'This browser can’t be notified. On an iPhone or iPad, add this page to the Home Screen and open it from there.',
  insecure: 'Browsers allow this on https pages only. Ask whoever runs this server.',
  blocked:
    'Notifications are blocked for this page. Allow them in the browser’s site settings, beside the address, and they can be switched on here.',
  off: 'A customer who waits shows up here even when this page is closed.',
  turning_on: 'One moment…',
  turning_off: 'One moment…',
  on: 'Customers who wait show up here, even when this page is closed, until somebody accepts.',
  failed:
    'It could not be switched on: the browser’s push service or this server did not answer. Until it works, notifications show only while this page is open.',
};

/** How this agent learns of a new handoff while looking elsewhere. */
export function NotificationSettings() {
  const { alerts, device } = useWorkplace();
  const state = device.state.value;
  const canSwitch = state === 'off' || state === 'on' || state === 'failed';
  return (
    <section aria-labelledby="alerts">
      <h2 id="alerts">New handoffs</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={alerts.isSoundOn.value}
          onChange={(event) => (alerts.isSoundOn.value = event.currentTarget.checked)}
        />
        Two soft notes when a customer asks for a person
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={state === 'on' || state === 'turning_on'}
          disabled={!canSwitch}
          aria-describedby="device-state"
          onChange={(event) => void (event.currentTarget.checked ? device.turnOn() : device.turnOff())}
        />
        Notify me on this device
      </label>
      <p
        id="device-state"
        role="status"
        class={`device-state small ${state === 'failed' || state === 'blocked' ? 'warn' : 'soft'}`}
      >
        {explanations[state]}
      </p>
      {state === 'on' && isHandheld() && (
        <p class="soft small">
          For 15 minutes after you lock this screen you still count as there: what is offered to you, and what
          your customers write, comes here.
        </p>
      )}
      {state === 'on' && <TestButton />}
      <Schedules />
    </section>
  );
}

function TestButton() {
  const { device } = useWorkplace();
  const said = useSignal('');
  const isSending = useSignal(false);

  const send = async () => {
    isSending.value = true;
    said.value = '';
    try {
      said.value = (await device.test())
        ? 'Sent. If it does not appear, look at the settings of your computer or phone.'
        : 'The push service did not take it. Switch this off and on again.';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said.value =
        error.code === 'rate_limited'
          ? 'That was often. Wait a minute, then try again.'
          : "The server can't be reached. Try again in a moment.";
    }
    isSending.value = false;
  };

  return (
    <>
      <button type="button" class="button" disabled={isSending.value} onClick={() => void send()}>
        {isSending.value ? 'Sending…' : 'Send me a test'}
      </button>
      <p role="status" class="soft small">
        {said.value}
      </p>
    </>
  );
}

/** What the sites do besides: decided by whoever runs the server, and good to know. */
function Schedules() {
  const { session } = useWorkplace();
  const sites = useSignal<readonly NotifySchedule[]>([]);
  useEffect(() => {
    session.api.notifySetup().then(
      (setup) => {
        sites.value = setup.sites;
      },
      (error) => {
        // Good to know, and no more: without it the switch works all the same.
        if (!(error instanceof ApiError)) throw error;
      },
    );
  }, [session, sites]);
  const known = sites.value.filter(({ steps }) => steps.length > 0);
  if (known.length === 0) return null;
  return (
    <dl class="schedules small">
      {known.map(({ site, steps }) => (
        <div key={site}>
          <dt>{site}</dt>
          <dd class="soft">While nobody accepts: {scheduleText(steps)}.</dd>
        </div>
      ))}
    </dl>
  );
}
