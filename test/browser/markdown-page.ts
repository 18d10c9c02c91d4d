import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium, watchForFaults } from '../support/chromium.ts';
import type { Harness } from './in-page.ts';

const nonce = 'bWFya2Rvd24';
const address = 'https://page.test/';
const policy = [
  "default-src 'none'",
  `script-src 'nonce-${nonce}'`,
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export interface MarkdownPage {
  readonly page: Page;
  /** Everything that must not happen: requests, scripts that ran, CSP reports, page and console errors. */
  faults(): Promise<string[]>;
  call<N extends keyof Harness>(name: N, ...values: Parameters<Harness[N]>): Promise<ReturnType<Harness[N]>>;
  close(): Promise<void>;
}

/** A blank page under the strictest policy, with `in-page.ts` in it. Nothing it asks for leaves the machine. */
export async function openMarkdownPage(): Promise<MarkdownPage> {
  const script = await bundle('in-page.ts');
  const browser = await launchChromium();
  const page = await browser.newPage();
  const faults = watchForFaults(page);
  await page.route('**/*', (route) => {
    const request = route.request();
    if (request.url() !== address) {
      faults.push(`request: ${request.url()}`);
      return route.abort();
    }
    return route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': policy },
      body: `<!doctype html><title>Markdown</title><body><script nonce="${nonce}">${watchScript}</script><script nonce="${nonce}">${script}</script>`,
    });
  });
  // The parser says through console.assert when its own rules are broken.
  page.on('console', (message) => faults.push(`console ${message.type()}: ${message.text()}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => faults.push(`popup: ${popup.url()}`));
  await page.goto(address);
  return {
    page,
    async faults() {
      const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
      return [...faults, ...seen];
    },
    call: (name, ...values) =>
      page.evaluate(
        ([method, given]) => {
          const { harness } = window as unknown as {
            harness: Record<string, (...all: unknown[]) => unknown>;
          };
          return harness[method as string]?.(...(given as unknown[]));
        },
        [name, values] as const,
      ) as Promise<never>,
    close: () => browser.close(),
  };
}

/** `pwn` is what the payloads call. */
const watchScript = `
  window.seen = [];
  window.pwn = (...what) => { window.seen.push('script ran: ' + what); };
  addEventListener('securitypolicyviolation', (event) => {
    window.seen.push('CSP report: ' + event.violatedDirective + ' ' + event.blockedURI);
  });
`;

/** The module as one classic script. */
async function bundle(file: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL(file, import.meta.url)), formats: ['iife'], name: 'inPage' },
    },
  });
  const first = Array.isArray(built) ? built[0] : built;
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined;
  if (chunk === undefined) throw new Error(`nothing was built from ${file}`);
  // The text of a test must not end the script element that carries it.
  return chunk.code.replaceAll('</script', '<\\/script');
}
