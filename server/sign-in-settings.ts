import { address, choice, text } from './setting-values.ts';

/** How people of the company prove who they are. */
export interface SignInConfig {
  /** Whoever has not turned on two-factor reaches their settings only. */
  readonly requireTwoFactor: boolean;
  /** The company's own sign-in (OpenID Connect); null: there is none. */
  readonly oidcIssuer: string | null;
  readonly oidcClientId: string | null;
  readonly oidcClientSecret: string | null;
  /** As the button of the sign-in page names it. */
  readonly oidcName: string;
}

const yesOrNo = choice('no', ['yes', 'no']);

export const signInSettings = {
  requireTwoFactor: {
    name: 'REQUIRE_TWO_FACTOR',
    shown: 'no',
    about: 'yes: people without two-factor reach nothing but their settings (docs/people.md)',
    read: (value: string | undefined) => yesOrNo(value) === 'yes',
  },
  oidcIssuer: {
    name: 'OIDC_ISSUER',
    shown: '',
    about: "issuer of your company's own sign-in (OpenID Connect), e.g. https://login.example.com",
    read: address(['https:', 'http:']),
  },
  oidcClientId: { name: 'OIDC_CLIENT_ID', shown: '', about: 'our id there', read: text(null) },
  oidcClientSecret: { name: 'OIDC_CLIENT_SECRET', shown: '', about: 'our secret there', read: text(null) },
  oidcName: {
    name: 'OIDC_NAME',
    shown: 'your company',
    about: 'what "Sign in with …" says',
    read: text('your company'),
  },
};

/** What does not go together. */
export function signInProblems({ oidcIssuer, oidcClientId, oidcClientSecret }: SignInConfig): string[] {
  if (oidcIssuer === null || (oidcClientId !== null && oidcClientSecret !== null)) return [];
  return ['OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are needed with OIDC_ISSUER'];
}

/** The company's own sign-in, if there is one. */
export const oidcOf = ({
  oidcIssuer: issuer,
  oidcClientId: clientId,
  oidcClientSecret: clientSecret,
}: SignInConfig) =>
  issuer === null || clientId === null || clientSecret === null ? null : { issuer, clientId, clientSecret };
