import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { RefusalError } from '../../plugins/errors.ts';
import { continuePage } from './continue.ts';

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
  // The one script that the page names itself: its service worker.
  'trusted-types handrail-service-worker',
].join('; ');

/** The demo pages show that the widget needs nothing more than this. */
const demoPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const forever = 'public, max-age=31536000, immutable';

/** What browsers load: the widget for any site, the console for agents, the demo pages. */
export const web: FastifyPluginAsync = async (app) => {
  const files = (folder: string, prefix: string, headersOf: (path: string) => Record<string, string>) =>
    app.register(fastifyStatic, {
      root: `${root}${folder}`,
      prefix,
      decorateReply: false,
      index: false,
      cacheControl: false,
      // Only what is there now is served: no path of a request is ever looked up on the disk.
      wildcard: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        for (const [name, value] of Object.entries(headersOf(path))) reply.header(name, value);
      },
    });

  if (!existsSync(`${root}dist/widget/handrail.js`) || !existsSync(`${root}dist/console/service-worker.js`)) {
    app.log.warn('the browser bundles are not built; run "npm run build"');
    return;
  }

  await files('dist/widget', '/', (path) => ({
    // The entries' names never change, so they are asked for again; what they load is named by content and kept.
    'cache-control': path.includes('/assets/') ? forever : 'public, max-age=300',
    // Loaded from any site that embeds the widget.
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  }));

  await files('dist/console/assets', '/console/assets/', () => ({ 'cache-control': forever }));
  const page = readFileSync(`${root}dist/console/index.html`);
  const sendConsole = (reply: FastifyReply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', consolePolicy)
      .header('cache-control', 'no-cache')
      .send(page);
  const worker = readFileSync(`${root}dist/console/service-worker.js`);
  app.get('/console/service-worker.js', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; connect-src 'self'")
      .header('cache-control', 'no-cache')
      .send(worker),
  );
  app.get('/console', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/console/'));
  app.get<{ Params: { '*': string } }>('/console/*', { schema: { hide: true } }, async (request, reply) => {
    // A missing file is missing; only addresses within the app get the page.
    if (request.params['*'].includes('.')) throw new RefusalError('not_found');
    return sendConsole(reply);
  });

  await app.register(continuePage);
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/demo/'));
  for (const [folder, prefix] of [
    ['examples/plain-html', '/demo/'],
    ['examples/page-bot', '/demo/page-bot/'],
    ['examples/sidecar', '/demo/sidecar/'],
  ] as const) {
    const index = readFileSync(`${root}${folder}/index.html`);
    app.get(prefix, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', demoPolicy)
        .header('cache-control', 'no-cache')
        .send(index),
    );
    await files(folder, prefix, () => ({ 'cache-control': 'no-cache' }));
  }
};
