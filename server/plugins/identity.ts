import { randomUUID } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { magicLink } from 'better-auth/plugins';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Permission } from '../../protocol/agent.ts';
import { may } from '../domain/permissions.ts';
import type { Agent } from '../store/agents.ts';
import type { Customer } from '../store/customers.ts';
import type { Site } from '../store/sites.ts';
import { actorOf } from './audit-log.ts';
import { RefusalError } from './errors.ts';

type Headers_ = Record<string, string | string[] | undefined>;

export interface CustomerCaller {
  readonly customer: Customer;
  readonly site: Site;
}

export interface Passwords {
  readonly password: string;
  readonly currentPassword?: string;
}

/** Who is calling: the only source of authority. Ids in a body never are. */
export interface Identity {
  /** @throws RefusalError unauthenticated, origin_not_allowed */
  customer(token: string | null, headers: Headers_): Promise<CustomerCaller>;
  /**
   * @param options.may what the agent's role must allow: asked of every caller, so that no route forgets it
   * @throws RefusalError unauthenticated, forbidden (request from a foreign page, or not for this role)
   */
  agent(headers: Headers_, options: { isWrite: boolean; may: Permission }): Promise<Agent>;
  /** @throws RefusalError origin_not_allowed */
  assertOrigin(site: Site, headers: Headers_): void;
  /** Whether any site may be used from this origin: all that a CORS preflight can be asked. */
  isKnownOrigin(origin: string, host: string | undefined): Promise<boolean>;
  /** A link that signs this agent in once, within ten minutes. */
  signInLink(email: string, publicUrl: string): Promise<string>;
  /**
   * Sets or changes the own password and ends every other session of this agent.
   * @throws RefusalError forbidden, when a password is changed without the current one long after signing in
   */
  setPassword(agent: Agent, passwords: Passwords, headers: Headers_): Promise<void>;
  handleAuth(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

declare module 'fastify' {
  interface FastifyInstance {
    identity: Identity;
  }
}

const linkSeconds = 10 * 60;
/** Who signed in this shortly ago need not prove it again: the way back for one who forgot, with a new link. */
const freshMs = 10 * 60_000;
export const minPasswordLength = 10;

export default fp<{ secret: string; publicUrl: string | null }>(
  async (app, { secret, publicUrl }) => {
    const { store, sites, auditLog } = app;
    /** Who waits for the token of a link that is being made right now. */
    const waiting = new Map<unknown, (token: string) => void>();

    const auth = betterAuth({
      appName: 'Handrail',
      secret,
      basePath: '/api/auth',
      // Without PUBLIC_URL agents sign in on this machine only: any other Host would be the caller's own claim.
      baseURL: publicUrl ?? { allowedHosts: ['localhost:*', '127.0.0.1:*', '[::1]:*'], protocol: 'http' },
      telemetry: { enabled: false },
      database: { db: store.db, type: 'postgres' },
      user: { modelName: 'auth_user' },
      session: { modelName: 'auth_session', expiresIn: 60 * 60 * 24 * 14 },
      account: { modelName: 'auth_account' },
      verification: { modelName: 'auth_verification' },
      // Agents are added by their company; nobody signs up.
      emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength, maxPasswordLength: 200 },
      plugins: [
        magicLink({
          disableSignUp: true,
          expiresIn: linkSeconds,
          storeToken: 'hashed',
          sendMagicLink: async ({ token, metadata }) => {
            waiting.get(metadata?.for)?.(token);
          },
        }),
      ],
      trustedOrigins: async (request) => {
        const origin = request?.headers.get('origin') ?? null;
        const host = request?.headers.get('host') ?? undefined;
        return origin !== null && isOwnOrigin(origin, host, publicUrl) ? [origin] : [];
      },
      rateLimit: {
        enabled: true,
        window: 60,
        max: 120,
        // Slows guessing: a person mistypes a password a few times, not ten times a minute.
        customRules: {
          '/sign-in/email': { window: 60, max: 10 },
          // A token of 32 letters cannot be guessed, and a whole team may sit behind one address.
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
        session: {
          create: {
            // Whatever way of signing in there is ends here. Without its entry the cookie is not handed out.
            async after({ userId, ipAddress }) {
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
    });

    app.decorate('identity', {
      async customer(token, headers) {
        const customer = token === null ? null : await store.customers.byToken(token);
        const site = customer === null ? null : await sites.byId(customer.siteId);
        if (customer === null || site === null) throw new RefusalError('unauthenticated');
        this.assertOrigin(site, headers);
        return { customer, site };
      },

      async agent(headers, { isWrite, may: permission }) {
        // CSRF and cross-site WebSocket hijacking: a foreign page has the cookie's power but not our origin.
        const origin = single(headers.origin);
        const foreign = origin !== undefined && !isOwnOrigin(origin, single(headers.host), publicUrl);
        const fetchSite = single(headers['sec-fetch-site']);
        if (foreign || (isWrite && fetchSite === 'cross-site')) throw new RefusalError('forbidden');
        const session = await auth.api.getSession({ headers: toWebHeaders(headers) });
        const agent = session === null ? null : await store.agents.byId(session.user.id);
        if (agent === null) throw new RefusalError('unauthenticated');
        if (!may(agent.role, permission)) throw new RefusalError('forbidden');
        return agent;
      },

      assertOrigin(site, headers) {
        const origin = single(headers.origin);
        // Origin is only sent by browsers; it keeps foreign pages out, not scripts, which have no customer's secret.
        if (origin === undefined || isOwnOrigin(origin, single(headers.host), publicUrl)) return;
        if (isSiteOrigin(site, origin)) return;
        throw new RefusalError('origin_not_allowed', {
          detail: `${origin} is not among the allowed origins`,
        });
      },

      async isKnownOrigin(origin, host) {
        if (isOwnOrigin(origin, host, publicUrl)) return true;
        return sites.some((site) => isSiteOrigin(site, origin));
      },

      async signInLink(email, url) {
        const address = email.toLowerCase();
        if ((await store.agents.byEmail(address)) === null) {
          throw new Error(`no agent has the address ${email}`);
        }
        const id = randomUUID();
        const token = await new Promise<string>((resolve, reject) => {
          waiting.set(id, resolve);
          const headers = new Headers({ host: new URL(url).host });
          auth.api
            .signInMagicLink({ body: { email: address, metadata: { for: id } }, headers })
            .catch(reject);
        }).finally(() => waiting.delete(id));
        const query = new URLSearchParams({ token, callbackURL: '/console/', errorCallbackURL: '/console/' });
        return `${url}/api/auth/magic-link/verify?${query}`;
      },

      async setPassword(agent, { password, currentPassword = '' }, given) {
        const headers = toWebHeaders(given);
        const { password: hashing, internalAdapter } = await auth.$context;
        const account = (await internalAdapter.findAccounts(agent.id)).find(
          ({ providerId }) => providerId === 'credential',
        );
        if (account === undefined) {
          await auth.api.setPassword({ body: { newPassword: password }, headers });
        } else {
          const session = await auth.api.getSession({ headers });
          const signedInAt = session?.session.createdAt.getTime() ?? 0;
          const isProven =
            Date.now() - signedInAt < freshMs ||
            (await hashing.verify({ hash: account.password ?? '', password: currentPassword }));
          // A console left open, or a stolen cookie, must not become somebody else's account for good.
          if (!isProven) throw new RefusalError('forbidden', { detail: 'currentPassword is not right' });
          await internalAdapter.updatePassword(agent.id, await hashing.hash(password));
        }
        await auth.api.revokeOtherSessions({ headers });
      },

      async handleAuth(request, reply) {
        const origin = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
        if (!URL.canParse(origin))
          throw new RefusalError('invalid', { detail: 'the Host header is no host' });
        const url = new URL(request.url, origin);
        const hasBody = request.method !== 'GET' && request.body !== undefined;
        const webRequest = new Request(url, {
          method: request.method,
          headers: toWebHeaders({ ...request.headers, 'x-forwarded-for': request.ip }),
          ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
        });
        const response = await auth.handler(webRequest);
        if (response.status >= 400) throw refusalOf(response);
        reply.code(response.status);
        for (const [name, value] of response.headers) if (name !== 'set-cookie') reply.header(name, value);
        const cookies = response.headers.getSetCookie();
        if (cookies.length > 0) reply.header('set-cookie', cookies);
        return reply.send(await response.text());
      },
    } satisfies Identity);
  },
  { name: 'identity', dependencies: ['store', 'errors', 'sites', 'audit-log'] },
);

/** better-auth's refusals in the words of the protocol; it says nothing more than the status to a stranger. */
function refusalOf({ status, headers }: Response): RefusalError {
  if (status === 429) {
    const seconds = Number(headers.get('x-retry-after') ?? 60);
    return new RefusalError('rate_limited', { retryAfterMs: seconds * 1_000 });
  }
  if (status >= 500) return new RefusalError('unavailable');
  const code = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' } as const;
  return new RefusalError(code[status as keyof typeof code] ?? 'invalid');
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

function toWebHeaders(headers: Headers_): Headers {
  const web = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The body is written anew: its old length would cut it off.
    if (value === undefined || name === 'content-length' || name.startsWith(':')) continue;
    for (const one of Array.isArray(value) ? value : [value]) web.append(name, one);
  }
  return web;
}

/** The page comes from this very server: the same host that the browser sent, or the public address. */
export function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== null && origin === new URL(publicUrl).origin) return true;
  return host !== undefined && new URL(origin).host === host;
}

const isLocal = (origin: string) => /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin);

/** Exact scheme, host and port. A site that lists nothing can be tried out on the developer's own machine. */
function isSiteOrigin(site: Site, origin: string): boolean {
  return site.allowedOrigins.length === 0 ? isLocal(origin) : site.allowedOrigins.includes(origin);
}
