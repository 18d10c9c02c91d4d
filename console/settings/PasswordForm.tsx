import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import type { Me } from '../../protocol/agent.ts';
import { ApiError } from '../api.ts';
import type { Session } from '../session.ts';

const leastLength = 10;
const problems: Partial<Record<ApiError['code'], string>> = {
  unreachable: "The server can't be reached. Try again in a moment.",
  forbidden: 'The current password is not right, so nothing was changed.',
  rate_limited: 'Too many tries. Wait a minute, then try again.',
};

/** Sets or changes the own password. */
export function PasswordForm({ me, session }: { me: Me; session: Session }) {
  const { hasPassword } = me;
  const state = useSignal<'idle' | 'saving' | 'saved'>('idle');
  const problem = useSignal<string | null>(null);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const password = String(fields.get('password'));
    const currentPassword = String(fields.get('current') ?? '');
    problem.value = null;
    if (password.length < leastLength) {
      problem.value = `Take ${leastLength} characters or more.`;
      return;
    }
    state.value = 'saving';
    try {
      await session.api.setPassword({ password, ...(currentPassword === '' ? {} : { currentPassword }) });
      form.reset();
      state.value = 'saved';
      await session.refresh();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.value = 'idle';
      problem.value = problems[error.code] ?? 'The password was not saved. Try again.';
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
      {hasPassword && (
        <label class="field">
          Current password
          <input
            class="input"
            name="current"
            type="password"
            autocomplete="current-password"
            maxLength={200}
            aria-describedby="password-rule"
          />
        </label>
      )}
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
        {hasPassword &&
          ' The current one is not asked for within ten minutes of signing in. Elsewhere you are signed out.'}
      </p>
      <p role="status" class={problem.value === null ? 'good small' : 'fail small'}>
        {problem.value ?? (state.value === 'saved' ? 'Saved. Sign in with it from now on.' : '')}
      </p>
    </form>
  );
}
