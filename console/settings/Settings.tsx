import { useSignal } from '@preact/signals';
import { useContext } from 'preact/hooks';
import type { Permission } from '../../protocol/agent.ts';
import { ApiError } from '../api.ts';
import { People } from '../people/People.tsx';
import { ShortcutsContext } from '../shared/shortcuts.ts';
import { useWorkplace } from '../workplace.ts';
import { AuditLog } from './AuditLog.tsx';
import { CannedResponses } from './CannedResponses.tsx';
import { NotificationSettings } from './NotificationSettings.tsx';
import { PasswordForm } from './PasswordForm.tsx';
import { TwoFactor } from './TwoFactor.tsx';
import { Webhooks } from './Webhooks.tsx';

/** The parts by the ids of their headings: first what is one's own, then what belongs to the site. */
const parts: readonly { id: string; name: string; needs?: Permission }[] = [
  { id: 'account', name: 'You' },
  { id: 'password', name: 'Password' },
  { id: 'two-factor', name: 'Two-factor sign-in' },
  { id: 'alerts', name: 'New handoffs', needs: 'conversations:work' },
  { id: 'keys', name: 'Keyboard' },
  { id: 'canned', name: 'Canned responses', needs: 'conversations:work' },
  { id: 'people', name: 'People', needs: 'people:manage' },
  { id: 'webhooks', name: 'Webhooks', needs: 'webhooks:manage' },
  { id: 'audit', name: 'Audit log', needs: 'audit-log:read' },
];

/** The own account, what this browser does, and what the sites share. */
export function Settings() {
  const { me, may, session, outbox, device } = useWorkplace();
  const problem = useSignal<string | null>(null);
  const state = session.state.value;
  // Newer than the workplace: a password may just have been set.
  const now = state.kind === 'signed_in' ? state.me : me;
  const { hasPassword } = now;
  const unsent = outbox.entries.value.filter((entry) => entry.state !== 'sent').length;

  const signOut = async () => {
    try {
      await device.leave();
      await session.signOut();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = "You are still signed in: the server can't be reached. Try again in a moment.";
    }
  };

  return (
    <div class="settings settings-page">
      <h1>Settings</h1>
      <nav class="settings-contents" aria-label="On this page">
        {parts
          .filter(({ needs }) => needs === undefined || may(needs))
          .map(({ id, name }) => (
            <a key={id} href={`#${id}`}>
              {name}
            </a>
          ))}
      </nav>
      <div>
        <section aria-labelledby="account">
          <h2 id="account">You</h2>
          <p>
            {me.name} · <span class="soft">{me.email}</span>
          </p>
          <p class="soft">Sites: {me.sites.map((site) => site.name).join(', ') || 'none yet'}</p>
          {unsent > 0 && (
            <p class="warn">Not sent yet: {unsent}. It is kept in this browser and sent when you are back.</p>
          )}
          <button type="button" class="button" onClick={() => void signOut()}>
            Sign out
          </button>
          {problem.value !== null && (
            <p class="fail" role="alert">
              {problem.value}
            </p>
          )}
        </section>
        <section aria-labelledby="password">
          <h2 id="password">{hasPassword ? 'Change your password' : 'Set a password'}</h2>
          <PasswordForm me={now} session={session} />
        </section>
        <TwoFactor me={now} session={session} />
        {may('conversations:work') && <NotificationSettings />}
        <ShortcutSettings />
        {may('conversations:work') && <CannedResponses />}
        {may('people:manage') && <People />}
        {may('webhooks:manage') && <Webhooks />}
        {may('audit-log:read') && <AuditLog />}
      </div>
    </div>
  );
}

function ShortcutSettings() {
  const shortcuts = useContext(ShortcutsContext);
  if (shortcuts === null) return null;
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">Keyboard</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={shortcuts.isOn.value}
          onChange={(event) => (shortcuts.isOn.value = event.currentTarget.checked)}
        />
        Single-key shortcuts, such as J, K and A
      </label>
      <p class="soft small">
        They act only outside text fields. Turn them off if you dictate or press keys by accident.
      </p>
    </section>
  );
}
