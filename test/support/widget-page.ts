import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nonce = 'bm9uY2Utb2YtdGhlLXRlc3Q';

/** The strictest policy that we promise to work under. */
const policyWith = (connect: string) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    `connect-src ${connect}`,
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const pageCss = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;background:light-dark(#eceef2,#0b0c0f);color:light-dark(#222,#ddd)}
header,footer{padding:16px 32px}
main{max-width:620px;padding:24px 32px}
h1{font-size:32px;line-height:1.2;letter-spacing:-.02em}
main div{height:120px;margin:24px 0;border-radius:16px;background:light-dark(#fff,#15171c)}
`;

export interface WidgetPage {
  readonly url: string;
  /** Paths that have been asked for, in order. */
  readonly requests: string[];
  /** Answers this path with 503 for as long as it is in here; matched by its start. */
  readonly broken: Set<string>;
  close(): Promise<void>;
}

/**
 * Serves a host page under a strict policy, with the given scripts in it, and the bundles.
 * @param body what stands in the page behind its own content
 * @param connect where the page may connect to, as the policy names it
 */
export async function serveWidgetPage(
  files: ReadonlyMap<string, string>,
  body: (nonce: string) => string,
  connect = "'self'",
): Promise<WidgetPage> {
  const requests: string[] = [];
  const broken = new Set<string>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page.example');
    requests.push(pathname);
    if ([...broken].some((start) => pathname.startsWith(start))) {
      response.writeHead(503).end();
      return;
    }
    const file = files.get(pathname);
    if (file !== undefined) send(response, 'text/javascript', file);
    else if (pathname === '/page.css') send(response, 'text/css', pageCss);
    else if (pathname === '/') {
      response.setHeader('content-security-policy', policyWith(connect));
      send(response, 'text/html', html(body(nonce)));
    } else response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    broken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, type: string, body: string) {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

const html = (body: string) => `<!doctype html>
<html lang="en"><head><title>Northcard</title><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="stylesheet" href="/page.css"></head>
<body><header><a href="/">Northcard</a></header><main><h1>Your card, your money</h1><p>A page of a made-up company, with a <a href="#top">link</a>.</p><div></div><div></div></main><footer><p>Made-up company, made-up cards.</p></footer>${body}</body></html>`;

const target = ['chrome110', 'firefox115', 'safari16.4'];

/** Bundles the entry as the product's build does, into memory: its files by their path on the page. */
export async function bundle(entry: string): Promise<Map<string, string>> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    base: './',
    build: {
      target,
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: { main: join(root, entry) },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'assets/main.js', chunkFileNames: 'assets/[name]-[hash].js' },
      },
    },
  });
  return filesOf(built);
}

/** Bundles the loader, which imports `assets/main.js` beside itself. */
export async function bundleLoader(): Promise<Map<string, string>> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    define: { __HANDRAIL_MAIN__: JSON.stringify('assets/main.js') },
    build: {
      target,
      write: false,
      lib: {
        entry: join(root, 'widget/loader.ts'),
        formats: ['iife'],
        name: 'handrailLoader',
        fileName: () => 'handrail.js',
      },
    },
  });
  return filesOf(built);
}

function filesOf(built: Awaited<ReturnType<typeof build>>): Map<string, string> {
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  const chunks = outputs.flatMap(({ output }) => output);
  return new Map(
    chunks.map((chunk) => [`/${chunk.fileName}`, chunk.type === 'chunk' ? chunk.code : String(chunk.source)]),
  );
}
