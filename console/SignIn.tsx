import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { ApiError, type SignInResult } from './api.ts';
import { CodeForm } from './CodeForm.tsx';
import type { Session, SignedOutBecause } from './session.ts';

const reasons: Readonly<Record<SignedOutBecause, string | null>> = {
  first_visit: null,
  signed_out: 'You are signed out.',
  session_lost:
    'Your session has ended. Sign in again: you come back to where you were, and what you had written is kept.',
  link_used:
    'This sign-in link was used before or is too old: each works once, for ten minutes. Restart the server for a new one, ask whoever runs it, or sign in with your password.',
  unknown_person:
    'Nobody with your address is one of the people here. Ask an admin of your team to invite you.',
  unverified:
    'Your company’s sign-in has not confirmed your e-mail address. Confirm it there, or sign in with your password.',
  company_failed: 'Your company’s sign-in did not let you in. Try again, or sign in with your password.',
};

const failures: Readonly<Record<Exclude<SignInResult, 'ok' | 'code_needed'>, string>> = {
  wrong: 'This e-mail and password do not go together. Check both.',
  too_many: 'Too many tries. Wait a minute, then try again.',
  unreachable: "The server can't be reached. Try again in a moment.",
  failed: 'That did not work on our side. Try again.',
  code_late: 'Too many wrong codes, or too long ago. Start again with your password.',
};

/** For everyone who is not signed in, whatever the reason: it says which, and what to do. */
export function SignIn({ session, because }: { session: Session; because: SignedOutBecause }) {
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const needsCode = useSignal(false);
  const company = useSignal<string | null>(null);
  useEffect(() => {
    session.api.signInWays().then(
      (ways) => (company.value = ways.company),
      // The password is there all the same.
      () => undefined,
    );
  }, [session, company]);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    isBusy.value = true;
    problem.value = null;
    const result = await session.signIn(String(fields.get('email')).trim(), String(fields.get('password')));
    isBusy.value = false;
    if (result === 'code_needed') needsCode.value = true;
    else if (result !== 'ok') problem.value = failures[result];
  };
  const byCompany = async () => {
    isBusy.value = true;
    problem.value = null;
    try {
      location.assign(await session.api.companySignIn());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      isBusy.value = false;
      problem.value = `The sign-in of ${company.peek()} can't be reached. Try again in a moment.`;
    }
  };
  if (needsCode.value) {
    return (
      <CodeForm
        session={session}
        onBack={(because) => {
          problem.value = because === null ? null : failures[because];
          needsCode.value = false;
        }}
      />
    );
  }

  return (
    <main class="alone">
      <form class="sign-in" onSubmit={(event) => void submit(event)}>
        <h1>Handrail</h1>
        <p class="soft">Sign in to your desk.</p>
        {reasons[because] !== null && (
          <p class="strip" role="status">
            {reasons[because]}
          </p>
        )}
        <label class="field">
          E-mail
          <input class="input" name="email" type="email" autocomplete="username" required />
        </label>
        <label class="field">
          Password
          <input class="input" name="password" type="password" autocomplete="current-password" required />
        </label>
        {problem.value !== null && (
          <p class="fail" role="alert">
            {problem.value}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={isBusy.value}>
          {isBusy.value ? 'Signing in…' : 'Sign in'}
        </button>
        {company.value !== null && (
          <button type="button" class="button wide" disabled={isBusy.value} onClick={() => void byCompany()}>
            Sign in with {company.value}
          </button>
        )}
        <p class="soft small">
          The first time, open the link of your invitation, or the one-time link that the server prints when
          it starts. It signs you in, and you can set a password then.
        </p>
      </form>
    </main>
  );
}
