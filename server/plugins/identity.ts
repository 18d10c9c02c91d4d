import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Permission } from '../../protocol/agent.ts';
import { may } from '../domain/permissions.ts';
import type { Agent } from '../store/agents.ts';
import type { Customer } from '../store/customers.ts';
import type { Site } from '../store/sites.ts';
import { type AuthSettings, createAuth, createOidcAuth } from './auth.ts';
import { RefusalError } from './errors.ts';
import { isLocal, isOwnOrigin, isSiteOrigin } from './origins.ts';
import { createTwoFactor, type Note, type TwoFactor } from './two-factor.ts';

export { minPasswordLength } from './auth.ts';

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
   * @throws RefusalError unauthenticated, forbidden (request from a foreign page, or not for this role),
   *   two_factor_required (everything but one's own settings, where the installation asks for it)
   */
  agent(headers: Headers_, options: { isWrite: boolean; may: Permission }): Promise<Agent>;
  /** @throws RefusalError origin_not_allowed */
  assertOrigin(site: Site, headers: Headers_): void;
  /** Whether any site may be used from this origin: all that a CORS preflight can be asked. */
  isKnownOrigin(origin: string, host: string | undefined): Promise<boolean>;
  /**
   * A link that signs this agent in once, within ten minutes. Of two-factor it asks nothing: whoever makes it has the
   * machine, or an invitation to an account that is just made.
   * @param path where it leads to
   */
  signInLink(email: string, publicUrl: string, path?: string): Promise<string>;
  /** The same for somebody who is to become an agent: it signs in once they are one. */
  linkForInvited(email: string, publicUrl: string, path: string): Promise<string>;
  /** How it stands with this agent's second factor. */
  twoFactorOf(agentId: string): Promise<'on' | 'off' | 'required'>;
  readonly twoFactor: TwoFactor;
  /**
   * Sets or changes the own password and ends every other session of this agent.
   * @throws RefusalError forbidden, when a password is changed without the current one long after signing in
   */
  setPassword(agent: Agent, passwords: Passwords, headers: Headers_, note: Note): Promise<void>;
  /** Passes a request to better-auth. @param fields of its body; what else is in it goes no further */
  handleAuth(request: FastifyRequest, reply: FastifyReply, fields: readonly string[]): Promise<FastifyReply>;
}

declare module 'fastify' {
  interface FastifyInstance {
    identity: Identity;
  }
}

/** Who signed in this shortly ago need not prove it again: the way back for one who forgot, with a new link. */
const freshMs = 10 * 60_000;

export default fp<AuthSettings & { requireTwoFactor: boolean }>(
  async (app, { requireTwoFactor, ...settings }) => {
    const { store, sites } = app;
    const { publicUrl, oidc } = settings;
    /** Who waits for the token of a link that is being made right now. */
    const waiting = new Map<unknown, (token: string) => void>();
    const auth = createAuth(app, settings, (token, madeFor) => waiting.get(madeFor)?.(token));
    let oidcAuth: ReturnType<typeof createOidcAuth> | null = null;
    /** Who answers this request to better-auth. */
    const handlerOf = (path: string) => {
      if (!/\/(sign-in\/social|callback\/oidc)$/.test(path)) return auth.handler;
      if (oidc === null) throw new RefusalError('not_found');
      oidcAuth ??= createOidcAuth(app, settings, oidc);
      return oidcAuth.handler;
    };

    const linkTo = async (email: string, url: string, path: string): Promise<string> => {
      const id = randomUUID();
      const token = await new Promise<string>((resolve, reject) => {
        waiting.set(id, resolve);
        const headers = new Headers({ host: new URL(url).host });
        auth.api
          .signInMagicLink({ body: { email: email.toLowerCase(), metadata: { for: id } }, headers })
          .catch(reject);
      }).finally(() => waiting.delete(id));
      const query = new URLSearchParams({ token, callbackURL: path, errorCallbackURL: '/console/' });
      return `${url}/api/auth/magic-link/verify?${query}`;
    };

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
        const host = single(headers.host);
        // Sessions are known by the address then, and better-auth takes no other for ours.
        if (publicUrl === null && host !== undefined && !isLocal(`http://${host}`)) {
          throw new RefusalError('public_url_needed');
        }
        const session = await auth.api.getSession({ headers: toWebHeaders(headers) });
        const agent = session === null ? null : await store.agents.byId(session.user.id);
        if (agent === null) throw new RefusalError('unauthenticated');
        if (!may(agent.role, permission)) throw new RefusalError('forbidden');
        const mayWithout = !requireTwoFactor || permission === 'settings:own';
        if (!mayWithout && session?.user.twoFactorEnabled !== true) {
          throw new RefusalError('two_factor_required');
        }
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

      async signInLink(email, url, path = '/console/') {
        if ((await store.agents.byEmail(email)) === null) {
          throw new Error(`no agent has the address ${email}`);
        }
        return linkTo(email, url, path);
      },

      linkForInvited: linkTo,

      async twoFactorOf(agentId) {
        if (await store.agents.hasTwoFactor(agentId)) return 'on';
        return requireTwoFactor ? 'required' : 'off';
      },
      twoFactor: createTwoFactor(auth, store.usedCodes),

      async setPassword(agent, { password, currentPassword = '' }, given, note) {
        const headers = toWebHeaders(given);
        const { password: hashing, internalAdapter } = await auth.$context;
        const account = (await internalAdapter.findAccounts(agent.id)).find(
          ({ providerId }) => providerId === 'credential',
        );
        if (account === undefined) {
          await note();
          await auth.api.setPassword({ body: { newPassword: password }, headers });
        } else {
          const session = await auth.api.getSession({ headers });
          const signedInAt = session?.session.createdAt.getTime() ?? 0;
          const isProven =
            Date.now() - signedInAt < freshMs ||
            (await hashing.verify({ hash: account.password ?? '', password: currentPassword }));
          // A console left open, or a stolen cookie, must not become somebody else's account for good.
          if (!isProven) throw new RefusalError('forbidden', { detail: 'currentPassword is not right' });
          await note();
          await internalAdapter.updatePassword(agent.id, await hashing.hash(password));
        }
        await auth.api.revokeOtherSessions({ headers });
      },

      async handleAuth(request, reply, fields) {
        const origin = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
        if (!URL.canParse(origin))
          throw new RefusalError('invalid', { detail: 'the Host header is no host' });
        const url = new URL(request.url, origin);
        const hasBody = request.method !== 'GET' && request.body !== undefined;
        const given = Object(request.body) as Record<string, unknown>;
        const body = Object.fromEntries(
          fields.flatMap((name) => (name in given ? [[name, given[name]]] : [])),
        );
        const headers = toWebHeaders({ ...request.headers, 'x-forwarded-for': request.ip });
        // A code that is given to sign in is no code to turn anything on with: that has a route of its own.
        if (url.pathname.includes('/two-factor/'))
          headers.set('cookie', withoutSession(headers.get('cookie')));
        const webRequest = new Request(url, {
          method: request.method,
          headers,
          ...(hasBody ? { body: JSON.stringify(body) } : {}),
        });
        const response = await handlerOf(url.pathname)(webRequest);
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

const withoutSession = (cookies: string | null): string =>
  (cookies ?? '')
    .split(/;\s*/)
    .filter((cookie) => !/^(__Secure-)?handrail\.session_/.test(cookie))
    .join('; ');

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

export function toWebHeaders(headers: Headers_): Headers {
  const web = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The body is written anew: its old length would cut it off.
    if (value === undefined || name === 'content-length' || name.startsWith(':')) continue;
    for (const one of Array.isArray(value) ? value : [value]) web.append(name, one);
  }
  return web;
}

/** The token of a customer's request; null without one. */
export const bearer = (authorization: string | undefined): string | null =>
  /^Bearer (\S{1,200})$/.exec(authorization ?? '')?.[1] ?? null;
