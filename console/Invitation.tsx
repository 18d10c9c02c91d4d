import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { InvitationShown } from '../protocol/people.ts';
import { ApiError } from './api.ts';
import { roleWords } from './people/people-words.ts';
import { inboxPath } from './route.ts';
import type { Session } from './session.ts';
import { Link } from './shared/Link.tsx';

const failures: Partial<Record<ApiError['code'], string>> = {
  unreachable: "The server can't be reached. Try again in a moment.",
  rate_limited: 'That was often. Wait a minute, then try again.',
  sign_in_first:
    'You have an account with this address already. Sign in, then open this link again: what it gives is added.',
  role_differs:
    'You have an account with another role. Ask whoever invited you for an invitation with the role that you have.',
};

/** Where an invitation's link leads. Its secret stands behind the # and goes to the server in the body alone. */
export function Invitation({ session }: { session: Session }) {
  const [secret] = useState(() => location.hash.slice(1));
  const shown = useSignal<InvitationShown | null>(null);
  const isGone = useSignal(false);
  const isBusy = useSignal(false);
  const problem = useSignal<string | null>(null);

  const attempt = async (work: () => Promise<void>) => {
    isBusy.value = true;
    problem.value = null;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // What is no secret at all opens as little as one that was used.
      if (error.code === 'invitation_gone' || error.code === 'invalid') isGone.value = true;
      else problem.value = failures[error.code] ?? 'That did not work on our side. Try again.';
    }
    isBusy.value = false;
  };
  const look = () =>
    attempt(async () => {
      shown.value = await session.api.invitation(secret);
    });
  const accept = () =>
    attempt(async () => {
      const { path } = await session.api.acceptInvitation(secret);
      location.replace(path);
    });
  useEffect(() => void look(), []);

  if (isGone.value) {
    return (
      <main class="alone">
        <h1>This invitation is no longer open</h1>
        <p class="soft">
          Each works once, for seven days, until it is withdrawn. Ask whoever invited you for a new one.
        </p>
        <Link class="button" href={inboxPath}>
          Sign in
        </Link>
      </main>
    );
  }
  const { value: invitation } = shown;
  return (
    <main class="alone" aria-busy={isBusy.value}>
      <div class="sign-in">
        <h1>{invitation === null ? 'Handrail' : `Welcome, ${invitation.name}`}</h1>
        {invitation === null && problem.value === null && <p class="soft">Opening your invitation…</p>}
        {invitation !== null && (
          <>
            <p>
              You are invited to {invitation.sites.join(', ')} as <b>{roleWords[invitation.role].name}</b>.
            </p>
            <p class="soft">{roleWords[invitation.role].about}</p>
            <p class="soft small">
              Your account will be {invitation.email}. You can set a password as soon as you are in.
            </p>
          </>
        )}
        {problem.value !== null && (
          <p class="fail" role="alert">
            {problem.value}
          </p>
        )}
        {invitation === null
          ? problem.value !== null && (
              <button type="button" class="button primary wide" onClick={() => void look()}>
                Try again
              </button>
            )
          : null}
        {invitation !== null && (
          <button
            type="button"
            class="button primary wide"
            disabled={isBusy.value}
            onClick={() => void accept()}
          >
            {isBusy.value ? 'Joining…' : 'Join'}
          </button>
        )}
      </div>
    </main>
  );
}
