import { AsyncLocalStorage } from 'node:async_hooks';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { genericOAuth, magicLink, twoFactor } from 'better-auth/plugins';
import type { FastifyInstance } from 'fastify';
import { actorOf } from './audit-log.ts';
import { isOwnOrigin } from './origins.ts';

export interface AuthSettings {
  readonly secret: string;
  readonly publicUrl: string | null;
  readonly oidc: OidcSettings | null;
}

/** The company's own sign-in, by OpenID Connect. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Writes the entry of the audit log for a change of the second factor. better-auth makes the change itself, in a
 * transaction that is none of ours: the entry is written right before it, and without the entry nothing is changed.
 */
export const noteOfChange = new AsyncLocalStorage<() => Promise<void>>();

export const linkSeconds = 10 * 60;
export const minPasswordLength = 10;
/** Its name in addresses and in accounts. */
export const oidcProvider = 'oidc';

/**
 * better-auth as we use it: passwords, one-time links and codes, in our database.
 * @param sendLink told the token of a link that is being made
 */
export function createAuth(
  app: FastifyInstance,
  settings: AuthSettings,
  sendLink: (token: string, madeFor: unknown) => void,
) {
  const plugins = [
    magicLink({
      disableSignUp: true,
      expiresIn: linkSeconds,
      storeToken: 'hashed',
      sendMagicLink: async ({ token, metadata }) => sendLink(token, metadata?.for),
    }),
    twoFactor({ issuer: 'Handrail', twoFactorTable: 'auth_two_factor' }),
  ] as const;
  return betterAuth({ ...optionsOf(app, settings), plugins: [...plugins] });
}

export type Auth = ReturnType<typeof createAuth>;

/**
 * better-auth once more, for those who come by the company's own sign-in, made when the first one does: it asks the
 * provider how it works, and a provider that does not answer must hold up nobody else.
 */
export function createOidcAuth(app: FastifyInstance, settings: AuthSettings, oidc: OidcSettings) {
  const { store } = app;
  const options = optionsOf(app, settings);
  return betterAuth({
    ...options,
    user: {
      ...options.user,
      // Also of accounts that are bound already: an address may be taken from a person at the provider.
      validateUserInfo: ({ source }: { source: { oauth?: { profile?: Record<string, unknown> } } }) =>
        isVerified(source.oauth?.profile) ? undefined : { error: 'email_not_verified' },
    },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: oidcProvider,
            discoveryUrl: `${oidc.issuer}/.well-known/openid-configuration`,
            // Without keys to check it, an id_token is anybody's word.
            requireIdTokenVerification: true,
            clientId: oidc.clientId,
            clientSecret: oidc.clientSecret,
            scopes: ['openid', 'email', 'profile'],
            pkce: true,
            disableSignUp: true,
            async mapProfileToUser(profile) {
              const { email, sub } = profile;
              // The provider vouches for the address: that is what an invitation's link is a proof of, too.
              if (typeof email === 'string' && isVerified(profile)) {
                // Who has an account goes on with it: by a new address they would get another one that nobody enters.
                const bound = await store.agents.idByAccount(oidcProvider, String(sub));
                await store.invitations.acceptAll(email, bound, Date.now());
              }
              return { emailVerified: isVerified(profile) };
            },
          },
        ],
      }),
    ],
  });
}

/** Said by the provider in so many words; "true" in quotes is how some say it. */
const isVerified = (profile: Record<string, unknown> | undefined): boolean =>
  profile?.email_verified === true || profile?.email_verified === 'true';

function optionsOf(app: FastifyInstance, { secret, publicUrl }: AuthSettings) {
  const { store, auditLog } = app;
  return {
    appName: 'Handrail',
    secret,
    basePath: '/api/auth',
    // Without PUBLIC_URL agents sign in on this machine only: any other Host would be the caller's own claim.
    baseURL: publicUrl ?? { allowedHosts: ['localhost:*', '127.0.0.1:*', '[::1]:*'], protocol: 'http' },
    telemetry: { enabled: false },
    database: { db: store.db, type: 'postgres' },
    user: { modelName: 'auth_user' },
    session: { modelName: 'auth_session', expiresIn: 60 * 60 * 24 * 14 },
    account: { modelName: 'auth_account', updateAccountOnSignIn: false },
    verification: { modelName: 'auth_verification' },
    // Agents are added by their company; nobody signs up.
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength, maxPasswordLength: 200 },
    trustedOrigins: async (request) => {
      const origin = request?.headers.get('origin') ?? null;
      const host = request?.headers.get('host') ?? undefined;
      return origin !== null && isOwnOrigin(origin, host, publicUrl) ? [origin] : [];
    },
    onAPIError: { errorURL: '/console/' },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 120,
      // Slows guessing: a person mistypes a password a few times, not ten times a minute.
      customRules: {
        '/sign-in/email': { window: 60, max: 10 },
        // Five tries for each password that was given, and ten in all before the account rests: better-auth's own.
        '/two-factor/verify-totp': { window: 60, max: 10 },
        '/two-factor/verify-backup-code': { window: 60, max: 10 },
        // Nothing can be guessed here, and a whole team may sit behind one address.
        '/sign-in/social': { window: 60, max: 60 },
        '/magic-link/verify': { window: 60, max: 60 },
      },
    },
    advanced: {
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      // Said aloud: by itself better-auth drops this check wherever NODE_ENV says "test".
      disableOriginCheck: false,
      cookiePrefix: 'handrail',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
    },
    databaseHooks: {
      user: {
        update: {
          async before(changed) {
            if (!('twoFactorEnabled' in changed)) return;
            const note = noteOfChange.getStore();
            if (note === undefined) throw new Error('two-factor is changed by nobody');
            await note();
          },
        },
      },
      account: {
        create: {
          async before(account) {
            // Bound for the first time. Until now nobody had proof that the address is theirs: whoever opened the
            // invitation's link, the admin who made it included, may have set a password and stayed signed in.
            if (account.providerId === oidcProvider) await store.people.endWaysIn(account.userId);
            // Nothing is asked of the provider later: tokens that are not kept cannot be stolen.
            return { data: { ...account, accessToken: null, refreshToken: null, idToken: null } };
          },
        },
      },
      session: {
        create: {
          async before({ userId }, context) {
            // The code was right. Of two who give the same one, on whichever node, one comes in.
            if (context?.path !== '/two-factor/verify-totp') return;
            const { code } = Object(context.body) as { code?: unknown };
            if (await store.usedCodes.use(userId, String(code), Date.now())) return;
            throw new APIError('UNAUTHORIZED', { code: 'INVALID_CODE', message: 'Invalid code' });
          },
          // Whatever way of signing in there is ends here. Without its entry the cookie is not handed out.
          async after({ userId, ipAddress }, context) {
            // Turning two-factor on or off makes the session anew, by a call of ours: nobody comes in.
            if (context?.path.startsWith('/two-factor/') && context.request === undefined) return;
            // A password alone: this session is thrown away, and the code is still to come.
            if (context?.path === '/sign-in/email' && (await store.agents.hasTwoFactor(userId))) return;
            const agent = await store.agents.byId(userId);
            if (agent === null) return;
            const { siteIds } = agent;
            const by = actorOf(agent, ipAddress || null);
            await auditLog.record({ by, action: 'agent.signed_in', siteIds });
          },
        },
      },
    },
    logger: {
      log: (level, message) =>
        app.log[level === 'error' || level === 'warn' ? level : 'debug']({ auth: message }),
    },
  } satisfies BetterAuthOptions;
}
