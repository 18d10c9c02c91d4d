import type { FastifyPluginAsync } from 'fastify';
import { exact, SiteKey } from '../../../protocol/ids.ts';
import { linkDays } from '../../plugins/continue-links.ts';

/** Nothing but our own script, which talks to us; nobody may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** @param key of the site; of its pattern, so that nothing in it means anything in HTML */
const pageOf = (key: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <title>Your conversation</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/continue/page.css" />
    <script async src="/handrail.js" data-site="${key}"></script>
  </head>
  <body>
    <main>
      <h1>Your conversation</h1>
      <p>It opens in the corner of this page. Write there to go on.</p>
      <p>
        If it is empty, the link has ended: links work for ${linkDays} days, and only the ones sent to the address that
        you gave last. Ask there again.
      </p>
    </main>
  </body>
</html>
`;

const css = `:root {
  color-scheme: light dark;
  font: 16px/1.5 system-ui, sans-serif;
}
body {
  margin: 0;
  color: light-dark(#1c1d21, #e4e5e9);
  background: light-dark(#f5f6f8, #0f1013);
}
main {
  /* Beside the panel, which takes the right of a wide screen. */
  max-width: min(34rem, 100vw - 480px);
  padding: 12vh 24px 24px 6vw;
}
@media (max-width: 800px) {
  main {
    max-width: none;
  }
}
h1 {
  margin: 0 0 12px;
  font-size: 28px;
  line-height: 1.2;
  letter-spacing: -0.02em;
}
p {
  margin: 0 0 12px;
  text-wrap: pretty;
}
`;

/**
 * Where links from e-mails lead whose conversation began on no page of its site's own origins. Asking for it changes
 * nothing and tells nothing: mail filters do so, and the token behind the # is never sent along.
 */
export const continuePage: FastifyPluginAsync = async (app) => {
  app.get('/continue/page.css', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=300').send(css),
  );
  app.get<{ Params: { key: string } }>(
    '/continue/:key',
    { schema: { hide: true, params: exact({ key: SiteKey }) } },
    async (request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .header('cache-control', 'no-cache')
        .send(pageOf(request.params.key)),
  );
};
