import { type Signal, useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import type { Me } from '../../protocol/agent.ts';
import type { TwoFactorStarted } from '../../protocol/sign-in.ts';
import { ApiError } from '../api.ts';
import type { Session } from '../session.ts';
import { BackupCodeList } from './BackupCodeList.tsx';
import { QrCode } from './QrCode.tsx';

const problems: Partial<Record<ApiError['code'], string>> = {
  wrong_proof: 'The password or the code is not right. Nothing was changed.',
  rate_limited: 'Too many tries. Wait a few minutes, then try again.',
  unreachable: "The server can't be reached. Try again in a moment.",
  invalid: 'That is no code: six digits, or a backup code with its dash.',
};

type Step =
  | { readonly kind: 'rest'; readonly said: string }
  /** The password is asked for, to begin, or with a code to turn off or to make new codes. */
  | { readonly kind: 'begin' | 'end' | 'renew' }
  | { readonly kind: 'confirm'; readonly started: TwoFactorStarted }
  | { readonly kind: 'codes'; readonly codes: readonly string[] };

/** The second factor of the own password: turning it on, new backup codes, turning it off. */
export function TwoFactor({ me, session }: { me: Me; session: Session }) {
  const { api } = session;
  const step = useSignal<Step>({ kind: 'rest', said: '' });
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const isOn = me.twoFactor === 'on';

  const attempt = async (work: () => Promise<Step>) => {
    isBusy.value = true;
    problem.value = null;
    try {
      step.value = await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = problems[error.code] ?? 'That did not work on our side. Try again.';
    }
    isBusy.value = false;
  };
  const rest = (said = ''): Step => ({ kind: 'rest', said });
  const cancel = () => {
    problem.value = null;
    step.value = rest();
  };

  const begin = (password: string) =>
    attempt(async () => ({ kind: 'confirm', started: await api.startTwoFactor(password) }));
  const confirm = (code: string, { backupCodes }: TwoFactorStarted) =>
    attempt(async () => {
      await api.confirmTwoFactor(code);
      return { kind: 'codes', codes: backupCodes };
    });
  const end = (password: string, code: string) =>
    attempt(async () => {
      await api.endTwoFactor({ password, code });
      await session.refresh();
      return rest('It is off. Your password alone signs you in.');
    });
  const renew = (password: string, code: string) =>
    attempt(async () => ({ kind: 'codes', codes: (await api.renewCodes({ password, code })).backupCodes }));

  const now = step.value;
  return (
    <section class="two-factor" aria-labelledby="two-factor">
      <h2 id="two-factor">Two-factor sign-in</h2>
      {now.kind === 'rest' && (
        <>
          <p class={isOn ? 'good' : 'soft'}>
            {isOn
              ? 'On. Your password asks for a code of your app as well.'
              : 'Off. With it, a password that somebody learned opens nothing.'}
          </p>
          {!isOn && !me.hasPassword && <p class="soft small">Set a password first: this guards it.</p>}
          <div class="form-buttons">
            {isOn ? (
              <>
                <button type="button" class="button" onClick={() => (step.value = { kind: 'renew' })}>
                  New backup codes
                </button>
                <button type="button" class="button" onClick={() => (step.value = { kind: 'end' })}>
                  Turn off…
                </button>
              </>
            ) : (
              <button
                type="button"
                class="button primary"
                disabled={!me.hasPassword}
                onClick={() => (step.value = { kind: 'begin' })}
              >
                Turn on
              </button>
            )}
          </div>
          <p role="status" class="good small">
            {now.said}
          </p>
        </>
      )}
      {now.kind === 'begin' && (
        <Proof key="begin" needs="password" go="Go on" {...{ isBusy, problem, cancel }} onGiven={begin} />
      )}
      {now.kind === 'end' && (
        <Proof key="end" needs="both" go="Turn off" {...{ isBusy, problem, cancel }} onGiven={end} />
      )}
      {now.kind === 'renew' && (
        <Proof
          key="renew"
          needs="both"
          go="Make new codes"
          {...{ isBusy, problem, cancel }}
          onGiven={renew}
        />
      )}
      {now.kind === 'confirm' && (
        <>
          <ol class="two-factor-steps">
            <li>
              Add an account in your authenticator app: scan this,
              <QrCode text={now.started.uri} label="QR code of the key below" />
              <a href={now.started.uri}>open the app</a> on this device, or type this key into it.
              <code class="two-factor-key">{now.started.secret.match(/.{1,4}/g)?.join(' ')}</code>
            </li>
            <li>Give the code that it shows now.</li>
          </ol>
          <Proof
            key="confirm"
            needs="code"
            go="Turn on"
            {...{ isBusy, problem, cancel }}
            onGiven={(_password, code) => confirm(code, now.started)}
          />
        </>
      )}
      {now.kind === 'codes' && (
        <BackupCodeList
          codes={now.codes}
          onDone={() => {
            step.value = rest();
            void session.refresh();
          }}
        />
      )}
    </section>
  );
}

interface ProofProps {
  readonly needs: 'password' | 'code' | 'both';
  readonly go: string;
  readonly isBusy: Signal<boolean>;
  readonly problem: Signal<string | null>;
  readonly cancel: () => void;
  readonly onGiven: (password: string, code: string) => Promise<void>;
}

/** Password, code or both, to prove who is asking. */
function Proof({ needs, go, isBusy, problem, cancel, onGiven }: ProofProps) {
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const code = String(fields.get('code') ?? '').replaceAll(' ', '');
    void onGiven(String(fields.get('password') ?? ''), code);
  };
  return (
    <form
      class="proof"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') cancel();
      }}
    >
      {needs !== 'code' && (
        <label class="field">
          Your password
          <input
            class="input"
            name="password"
            type="password"
            autocomplete="current-password"
            maxLength={200}
            required
            ref={(field) => field?.focus()}
          />
        </label>
      )}
      {needs !== 'password' && (
        <label class="field">
          {needs === 'both' ? 'Code of the app, or a backup code' : 'Code'}
          <input
            class="input code"
            name="code"
            autocomplete="one-time-code"
            autocapitalize="off"
            spellcheck={false}
            minLength={6}
            ref={needs === 'code' ? (field) => field?.focus() : null}
            maxLength={20}
            required
          />
        </label>
      )}
      {problem.value !== null && (
        <p class="fail small" role="alert">
          {problem.value}
        </p>
      )}
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={isBusy.value}>
          {go}
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
