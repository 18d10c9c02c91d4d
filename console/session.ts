import { type ReadonlySignal, signal } from '@preact/signals';
import type { Me } from '../protocol/agent.ts';
import { type Api, ApiError, createApi, type SignInResult } from './api.ts';
import { inboxPath, navigate } from './route.ts';

/** Why the sign-in page is shown: it says so. */
export type SignedOutBecause =
  | 'first_visit'
  | 'link_used'
  | 'session_lost'
  | 'signed_out'
  | 'unknown_person'
  | 'unverified'
  | 'company_failed';

/** What the server sends back with: of a one-time link, or of the company's own sign-in. */
const causes: Readonly<Record<string, SignedOutBecause>> = {
  signup_disabled: 'unknown_person',
  account_not_linked: 'unverified',
  email_not_verified: 'unverified',
  INVALID_TOKEN: 'link_used',
  EXPIRED_TOKEN: 'link_used',
  ATTEMPTS_EXCEEDED: 'link_used',
};

function causeOf(error: string | null): SignedOutBecause {
  if (error === null) return 'first_visit';
  // In words of the provider, or of better-auth: whichever way one came by is the way to try again.
  return causes[error] ?? (/token|link/i.test(error) ? 'link_used' : 'company_failed');
}

export type SessionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'signed_out'; readonly because: SignedOutBecause }
  | { readonly kind: 'signed_in'; readonly me: Me };

/** Who is signed in here. The session itself is a cookie that scripts cannot read. */
export interface Session {
  readonly state: ReadonlySignal<SessionState>;
  readonly api: Api;
  /** Asks the server who this is; at the start, and when the connection comes back. */
  refresh(): Promise<void>;
  signIn(email: string, password: string): Promise<SignInResult>;
  /** The second step of signing in. */
  giveCode(code: string): Promise<SignInResult>;
  /** @throws ApiError; one is still signed in then */
  signOut(): Promise<void>;
  /** The server no longer knows us. Address, drafts and unsent replies stay. */
  lose(): void;
}

export function createSession(): Session {
  const state = signal<SessionState>({ kind: 'loading' });
  let because = causeOf(new URLSearchParams(location.search).get('error'));
  if (because !== 'first_visit') navigate(location.pathname, { replace: true });

  const lose = () => {
    if (state.peek().kind === 'signed_in') because = 'session_lost';
    state.value = { kind: 'signed_out', because };
  };
  const api = createApi(lose);

  const refresh = async () => {
    try {
      state.value = { kind: 'signed_in', me: await api.me() };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== 'unauthenticated' && state.peek().kind !== 'signed_in') {
        state.value = { kind: 'unreachable' };
      }
    }
  };

  return {
    state,
    api,
    lose,
    refresh,
    async signIn(email, password) {
      const result = await api.signIn(email, password);
      if (result === 'ok') await refresh();
      return result;
    },
    async giveCode(code) {
      const result = await api.giveCode(code);
      if (result === 'ok') await refresh();
      return result;
    },
    async signOut() {
      await api.signOut();
      because = 'signed_out';
      state.value = { kind: 'signed_out', because };
      navigate(inboxPath, { replace: true });
    },
  };
}
