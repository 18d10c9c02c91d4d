import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { SignInResult } from './api.ts';
import type { Session } from './session.ts';

interface Props {
  readonly session: Session;
  /** To the password again: on one's own account (null), or because this is of no more use. */
  readonly onBack: (because: 'code_late' | null) => void;
}

const failures: Partial<Record<SignInResult, string>> = {
  wrong: 'This code is not right. Codes change every 30 seconds; a backup code works once.',
  too_many: 'Too many wrong codes. Wait a few minutes, then try again.',
  unreachable: "The server can't be reached. Try again in a moment.",
};

/** The second step of signing in. */
export function CodeForm({ session, onBack }: Props) {
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).replaceAll(' ', '');
    isBusy.value = true;
    problem.value = null;
    const result = await session.giveCode(code);
    isBusy.value = false;
    if (result === 'code_late') onBack(result);
    else if (result !== 'ok') {
      problem.value = failures[result] ?? 'That did not work on our side. Try again.';
      field.current?.select();
    }
  };

  return (
    <main class="alone">
      <form class="sign-in" onSubmit={(event) => void submit(event)}>
        <h1>One more step</h1>
        <p class="soft">Your authenticator app shows a code for Handrail.</p>
        <label class="field">
          Code
          <input
            ref={field}
            class="input code"
            name="code"
            autocomplete="one-time-code"
            autocapitalize="off"
            spellcheck={false}
            maxLength={20}
            required
            aria-describedby="code-hint"
          />
        </label>
        {problem.value !== null && (
          <p class="fail" role="alert">
            {problem.value}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={isBusy.value}>
          {isBusy.value ? 'Signing in…' : 'Sign in'}
        </button>
        <button type="button" class="button wide quiet" onClick={() => onBack(null)}>
          Back
        </button>
        <p id="code-hint" class="soft small">
          Without your phone, give one of your backup codes. Without those, whoever runs the server can help.
        </p>
      </form>
    </main>
  );
}
