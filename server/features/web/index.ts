import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { RefusalError } from '../../plugins/errors.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The console may only talk to us, and nobody may frame it. */
const consolePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** What browsers load: the widget for any site, the console for agents, the demo page. */
export const web: FastifyPluginAsync = async (app) => {
  const files = (folder: string, prefix: string, headers: (reply: FastifyReply['raw']) => void) =>
    app.register(fastifyStatic, {
      root: `${root}${folder}`,
      prefix,
      decorateReply: false,
      index: false,
      cacheControl: false,
      setHeaders: (reply) => headers(reply as unknown as FastifyReply['raw']),
    });

  if (!existsSync(`${root}dist/widget/handrail.js`) || !existsSync(`${root}dist/console/index.html`)) {
    app.log.warn('the browser bundles are not built; run "npm run build"');
    return;
  }

  // The loader's name never changes, so it is asked for again; what it loads is named by content and kept.
  const loader = readFileSync(`${root}dist/widget/handrail.js`);
  app.get('/handrail.js', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=300')
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(loader),
  );
  await files('dist/widget/assets', '/assets/', (raw) => {
    raw.setHeader('cache-control', 'public, max-age=31536000, immutable');
    // Loaded by import() from any site that embeds the widget.
    raw.setHeader('access-control-allow-origin', '*');
    raw.setHeader('cross-origin-resource-policy', 'cross-origin');
  });

  await files('dist/console/assets', '/console/assets/', (raw) => {
    raw.setHeader('cache-control', 'public, max-age=31536000, immutable');
  });
  const page = readFileSync(`${root}dist/console/index.html`);
  const sendConsole = (reply: FastifyReply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', consolePolicy)
      .header('cache-control', 'no-cache')
      .send(page);
  app.get('/console', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/console/'));
  app.get<{ Params: { '*': string } }>('/console/*', { schema: { hide: true } }, async (request, reply) => {
    // A missing file is missing; only addresses within the app get the page.
    if (request.params['*'].includes('.')) throw new RefusalError('not_found');
    return sendConsole(reply);
  });

  const demo = readFileSync(`${root}examples/plain-html/index.html`);
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/demo/'));
  app.get('/demo/', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(demo),
  );
  await files('examples/plain-html', '/demo/', (raw) => raw.setHeader('cache-control', 'no-cache'));
};
