import type { Me } from '../../protocol/agent.ts';
import type { Session } from '../session.ts';
import { PasswordForm } from './PasswordForm.tsx';
import { TwoFactor } from './TwoFactor.tsx';

/** All that can be reached where two-factor is required, until it is on. */
export function TwoFactorFirst({ me, session }: { me: Me; session: Session }) {
  return (
    <main class="alone">
      <div class="settings first">
        <h1>Two-factor sign-in comes first</h1>
        <p class="soft">
          {me.name}, your company asks for it. The desk opens as soon as it is on; it takes a minute and an
          authenticator app.
        </p>
        {!me.hasPassword && (
          <section aria-labelledby="password">
            <h2 id="password">Set a password</h2>
            <PasswordForm me={me} session={session} />
          </section>
        )}
        <TwoFactor me={me} session={session} />
        <button type="button" class="button" onClick={() => void session.signOut().catch(session.refresh)}>
          Sign out
        </button>
      </div>
    </main>
  );
}
