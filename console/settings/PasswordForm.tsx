import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { ApiError } from '../api.ts';
import { useWorkplace } from '../workplace.ts';

const leastLength = 10;

/** Sets or changes the own password. */
export function PasswordForm({ onDone }: { onDone?: () => void }) {
  const { session, me } = useWorkplace();
  const state = useSignal<'idle' | 'saving' | 'saved'>('idle');
  const problem = useSignal<string | null>(null);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const password = String(new FormData(form).get('password'));
    problem.value = null;
    if (password.length < leastLength) {
      problem.value = `Take ${leastLength} characters or more.`;
      return;
    }
    state.value = 'saving';
    try {
      await session.api.setPassword(password);
      form.reset();
      state.value = 'saved';
      await session.refresh();
      onDone?.();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.value = 'idle';
      problem.value =
        error.code === 'unreachable'
          ? "The server can't be reached. Try again in a moment."
          : 'The password was not saved. Try again.';
    }
  };

  return (
    <form class="password-form" onSubmit={(event) => void submit(event)}>
      {/* Password managers file the new password under this. */}
      <input
        class="hidden"
        type="email"
        name="email"
        autocomplete="username"
        value={me.email}
        readOnly
        tabIndex={-1}
        aria-label="E-mail"
      />
      <label class="field">
        New password
        <input
          class="input"
          name="password"
          type="password"
          autocomplete="new-password"
          required
          maxLength={200}
          aria-describedby="password-rule"
        />
      </label>
      <button type="submit" class="button primary" disabled={state.value === 'saving'}>
        {state.value === 'saving' ? 'Saving…' : 'Save password'}
      </button>
      <p id="password-rule" class="soft small">
        {leastLength} characters or more.
      </p>
      <p role="status" class={problem.value === null ? 'good small' : 'fail small'}>
        {problem.value ?? (state.value === 'saved' ? 'Saved. Sign in with it from now on.' : '')}
      </p>
    </form>
  );
}
