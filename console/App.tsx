import { useEffect, useState } from 'preact/hooks';
import type { Me } from '../protocol/agent.ts';
import { Invitation } from './Invitation.tsx';
import { route } from './route.ts';
import { Shell } from './Shell.tsx';
import { SignIn } from './SignIn.tsx';
import type { Session } from './session.ts';
import { TwoFactorFirst } from './settings/TwoFactorFirst.tsx';
import { createWorkplace, WorkplaceContext } from './workplace.ts';

export function App({ session }: { session: Session }) {
  const state = session.state.value;
  // Whoever is signed in: it may be somebody else's browser.
  if (route.value.view === 'invitation') return <Invitation session={session} />;
  switch (state.kind) {
    case 'loading':
      return (
        <main class="alone" aria-busy="true">
          <h1 class="hidden">Handrail</h1>
          <p class="soft">Opening the desk…</p>
        </main>
      );
    case 'unreachable':
      return (
        <main class="alone">
          <h1>Handrail can't be reached</h1>
          <p class="soft">The server does not answer. It may be starting.</p>
          <button type="button" class="button primary" onClick={() => void session.refresh()}>
            Try again
          </button>
        </main>
      );
    case 'signed_out':
      return <SignIn session={session} because={state.because} />;
    case 'signed_in':
      if (state.me.twoFactor === 'required') return <TwoFactorFirst me={state.me} session={session} />;
      return <Desk key={`${state.me.id} ${state.me.role}`} me={state.me} session={session} />;
  }
}

/** Builds the workplace of this agent, and takes it down when they leave. The key makes it theirs alone, and of their present role. */
function Desk({ me, session }: { me: Me; session: Session }) {
  const [workplace] = useState(() => createWorkplace(me, session));
  useEffect(() => workplace.close, [workplace]);
  return (
    <WorkplaceContext value={workplace}>
      <Shell />
    </WorkplaceContext>
  );
}
