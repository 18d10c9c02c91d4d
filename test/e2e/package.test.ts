import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { launchChromium, watchForFaults } from '../support/chromium.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let server: TestServer;
let bot: TestBot;
let browser: Browser;
let folder: string;

beforeAll(async () => {
  bot = await startTestBot(echo);
  server = await startTestServer(inject('postgresUrl'));
  browser = await launchChromium();
  // Inside the project, so that `handrail` is found as its own package, through `exports`.
  folder = await mkdtemp(join(root, 'dist', 'test-app-'));
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await bot?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

describe("import { createHandrail } from 'handrail'", () => {
  test('can be imported where there is no page, as a server that renders does', async () => {
    const name = 'handrail';
    const { createHandrail } = (await import(name)) as { createHandrail: unknown };
    expect(createHandrail).toBeTypeOf('function');
  });

  test('bundled into an app, it is a widget that talks to the server', async () => {
    const site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
    await writeFile(
      join(folder, 'app.js'),
      `import { createHandrail } from 'handrail';
       window.chat = createHandrail({ server: ${JSON.stringify(server.url)}, site: ${JSON.stringify(site.key)} });`,
    );
    await build({
      root: folder,
      configFile: false,
      logLevel: 'warn',
      build: { outDir: 'out', rolldownOptions: { input: join(folder, 'app.js') } },
    });
    const app = await serveApp(join(folder, 'out', 'assets'));
    const page = await browser.newPage();
    const faults = watchForFaults(page);
    // Another origin on the developer's own machine: what a site without listed origins may be used from.
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    const panel = page.locator('hand-rail').getByRole('dialog');
    await panel.getByRole('textbox', { name: 'Your message' }).fill('Is this the app?');
    await page.keyboard.press('Enter');
    await panel.getByText('You asked: Is this the app?').first().waitFor();
    expect(faults).toEqual([]);
    await page.close();
    await app.close();
  });
});

/** Serves the bundled app and a page around it, on a free port. */
async function serveApp(assets: string): Promise<{ url: string; close(): Promise<void> }> {
  const files = await readdir(assets);
  const entry = files.find((name) => name.startsWith('app-'));
  const page = `<!doctype html><html lang="en"><title>App</title><main>App</main>
    <script type="module" src="/assets/${entry}"></script>`;
  const http = createServer((request, response) => {
    const name = files.find((file) => request.url === `/assets/${file}`);
    if (name !== undefined) {
      response.setHeader('content-type', 'text/javascript');
      createReadStream(join(assets, name)).pipe(response);
    } else response.setHeader('content-type', 'text/html').end(page);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
