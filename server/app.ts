import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { protocolVersion } from '../protocol/version.ts';
import { createOutbound } from './bots/outbound.ts';
import { botLimitsOf, type Config } from './config.ts';
import { answers } from './features/answers/index.ts';
import { auditLog } from './features/audit-log/index.ts';
import { chatwoot } from './features/chatwoot/index.ts';
import { customers } from './features/customers/index.ts';
import { desk } from './features/desk/index.ts';
import { erasure } from './features/erasure/index.ts';
import { exportsFeature } from './features/exports/index.ts';
import { feedback } from './features/feedback/index.ts';
import { files } from './features/files/index.ts';
import { followUps } from './features/follow-ups/index.ts';
import { guidance } from './features/guidance/index.ts';
import { health } from './features/health/index.ts';
import { insights } from './features/insights/index.ts';
import { notifications } from './features/notifications/index.ts';
import { people } from './features/people/index.ts';
import { promises } from './features/promises/index.ts';
import { proof } from './features/proof/index.ts';
import { replay } from './features/replay/index.ts';
import { routing } from './features/routing/index.ts';
import { search } from './features/search/index.ts';
import { signIn } from './features/sign-in/index.ts';
import { web } from './features/web/index.ts';
import { webhooks } from './features/webhooks/index.ts';
import { withoutWords } from './log.ts';
import auditLogPlugin from './plugins/audit-log.ts';
import { oidcProvider } from './plugins/auth.ts';
import behindCommits from './plugins/behind-commits.ts';
import bus from './plugins/bus.ts';
import continueLinks from './plugins/continue-links.ts';
import deskRows from './plugins/desk-rows.ts';
import doorbell from './plugins/doorbell.ts';
import engine from './plugins/engine.ts';
import erasures from './plugins/erasures.ts';
import errors from './plugins/errors.ts';
import guidanceBook from './plugins/guidance.ts';
import heads from './plugins/heads.ts';
import housekeeping from './plugins/housekeeping.ts';
import identity from './plugins/identity.ts';
import jobs from './plugins/jobs.ts';
import limits from './plugins/limits.ts';
import metrics from './plugins/metrics.ts';
import partials from './plugins/partials.ts';
import queue from './plugins/queue.ts';
import realtime from './plugins/realtime.ts';
import redis from './plugins/redis.ts';
import sites from './plugins/sites.ts';
import storePlugin from './plugins/store.ts';
import stuckReaders from './plugins/stuck-readers.ts';
import validation from './plugins/validation.ts';
import { createConfirmer, createOpenAiJudge } from './retrieval/judge.ts';
import { createSiteMatchers } from './retrieval/site-matcher.ts';
import { oidcOf } from './sign-in-settings.ts';
import type { Store } from './store/store.ts';

/** Largest HTTP body, bytes: the longest message fits several times over. */
const bodyLimit = 65_536;

/** Method, path and the fields of the body that are passed on. */
const authRoutes = [
  ['POST', 'sign-in/email', ['email', 'password']],
  ['POST', 'two-factor/verify-totp', ['code']],
  ['POST', 'two-factor/verify-backup-code', ['code']],
  // Not `idToken`: whoever got hold of one would need neither state nor code.
  ['POST', 'sign-in/social', ['provider', 'callbackURL', 'errorCallbackURL']],
  ['GET', `callback/${oidcProvider}`, []],
  ['POST', 'sign-out', []],
  ['GET', 'magic-link/verify', []],
] as const;

/**
 * The whole server, not yet listening. The order of the plugins is the direction of dependency; features come
 * last and know only what is above them.
 */
export async function createApp(
  config: Config,
  store: Store,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: withoutWords(logger),
    bodyLimit,
    // Counted from our side: what a browser itself writes into X-Forwarded-For stands further back and counts for nothing.
    trustProxy: (_address, step) => step < config.trustProxy,
    // A file of the largest size comes by a slow line in that time.
    requestTimeout: 120_000,
    // A keep-alive connection must not hold up a stop.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  });
  const secret =
    config.secret ?? (await store.setting('secret', () => crypto.randomUUID() + crypto.randomUUID()));

  await app.register(errors);
  await app.register(validation);
  await app.register(storePlugin, { store });
  await app.register(auditLogPlugin);
  await app.register(sites);
  await app.register(bus);
  await app.register(behindCommits);
  await app.register(metrics, { token: config.metricsToken });
  const { sessionsPerMinute, commandsPerTenSeconds } = config;
  await app.register(limits, { sessionsPerMinute, commandsPerTenSeconds });
  const oidc = oidcOf(config);
  const { requireTwoFactor } = config;
  await app.register(identity, { secret, publicUrl: config.publicUrl, oidc, requireTwoFactor });
  await app.register(continueLinks, { secret });
  await registerWebSafety(app);
  await app.register(partials);
  const outbound = createOutbound({ allowPrivate: config.outboundAllow });
  app.addHook('onClose', () => outbound.close());
  const createMatcher = await createSiteMatchers(config, outbound, (err) =>
    logger.warn({ err }, 'guidance found by words alone'),
  );
  await app.register(guidanceBook, {
    withinMs: config.guidanceWithinMs,
    createMatcher,
    createConfirmer(judge) {
      const onSilent = (why: string) => logger.warn({ judge: judge.model, why }, 'judge of guidance silent');
      const asked = createOpenAiJudge(judge, { call: outbound, onSilent });
      return createConfirmer(asked, judge.band, config.guidanceWithinMs);
    },
  });
  await app.register(engine);
  const installation = await store.setting('installation', () => crypto.randomUUID());
  await app.register(redis, { redisUrl: config.redisUrl });
  await app.register(realtime, { installation });
  await app.register(doorbell, { installation });
  await app.register(stuckReaders);
  await app.register(heads);
  await app.register(deskRows);
  await app.register(housekeeping);
  await app.register(jobs);
  await app.register(queue);
  await app.register(erasures);
  await registerDocs(app);

  await app.register(health);
  await app.register(customers, { hasEmail: config.smtpUrl !== null });
  await app.register(desk);
  await app.register(erasure);
  await app.register(feedback);
  await app.register(guidance);
  await app.register(exportsFeature);
  await app.register(files, { maxBytes: config.fileMaxBytes, siteBytes: config.filesSiteBytes });
  await app.register(auditLog);
  await app.register(search);
  await app.register(insights);
  const botLimits = botLimitsOf(config);
  await app.register(replay, {
    call: outbound,
    limits: botLimits,
    confirmWithinMs: config.guidanceWithinMs,
    createMatcher,
  });
  await app.register(answers, {
    call: outbound,
    limits: botLimits,
    breaker: { failures: config.botCircuitFailures, waitMs: config.botCircuitWaitMs },
  });
  // Of all that better-auth could do over HTTP, only what agents need: the rest would be doors nobody watches.
  for (const [method, path, fields] of authRoutes) {
    app.route({
      method,
      url: `/api/auth/${path}`,
      schema: { hide: true },
      handler: (request, reply) => app.identity.handleAuth(request, reply, fields),
    });
  }
  await app.register(signIn, { company: oidc === null ? null : config.oidcName });
  await app.register(people, {
    smtpUrl: config.smtpUrl,
    mailFrom: config.mailFrom,
    publicUrl: config.publicUrl,
  });
  await app.register(chatwoot);
  const { smtpUrl, mailFrom, pushServices, publicUrl } = config;
  await app.register(notifications, { smtpUrl, mailFrom, pushServices, publicUrl, call: outbound });
  await app.register(followUps, { smtpUrl, mailFrom, publicUrl });
  await app.register(proof, { smtpUrl, mailFrom, publicUrl });
  await app.register(promises, { smtpUrl, mailFrom, pushServices, publicUrl, call: outbound });
  await app.register(routing);
  const { outboundAllow, webhookTimeoutMs, webhookRetryMs } = config;
  await app.register(webhooks, {
    call: outbound,
    outboundAllow,
    timeoutMs: webhookTimeoutMs,
    plan: { retryMs: webhookRetryMs },
  });
  await app.register(web);
  await app.register(closing);
  return app;
}

/** Registered last, as hooks run in that order: sockets close only after running turns have told how they ended. */
const closing: FastifyPluginAsync = async (app) => {
  app.addHook('preClose', () => app.realtime.close());
};

async function registerWebSafety(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // TLS is the proxy's; it alone knows whether the whole host speaks https.
    strictTransportSecurity: false,
  });
  await app.register(cors, {
    delegator: (request, done) => {
      const { origin, host } = request.headers;
      const options = {
        origin: false,
        methods: ['GET', 'POST'],
        maxAge: 600,
        exposedHeaders: ['retry-after'],
      };
      // Agents' routes are for our own pages only: no CORS there.
      if (origin === undefined || !/^\/v1\/(sites|sessions|conversations|commands)\b/.test(request.url)) {
        return done(null, options);
      }
      app.identity.isKnownOrigin(origin, host).then(
        (known) => done(null, { ...options, origin: known }),
        (error) => done(error as Error, options),
      );
    },
  });
  await app.register(underPressure, { maxEventLoopDelay: 2_000, exposeStatusRoute: false });
}

async function registerDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Handrail',
        version: String(protocolVersion),
        description: 'The HTTP side of Handrail. Commands have the same bodies on the socket.',
      },
      tags: [{ name: 'customer' }, { name: 'agent' }, { name: 'operator' }],
      components: {
        securitySchemes: {
          customer: { type: 'http', scheme: 'bearer' },
          agent: { type: 'apiKey', in: 'cookie', name: 'handrail.session_token' },
        },
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
