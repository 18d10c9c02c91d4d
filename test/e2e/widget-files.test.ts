import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Agent } from '../../server/store/agents.ts';
import { deskFilesPath, kept, upload } from '../server/files-stage.ts';
import { axeFindings } from '../support/axe.ts';
import { desktop, launchChromium, phone, watchForFaults } from '../support/chromium.ts';
import { connectAgent } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { samplePdf, samplePng } from '../support/sample-files.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bundle, bundleLoader, serveWidgetPage, type WidgetPage } from '../support/widget-page.ts';

const folder = fileURLToPath(new URL('../screenshots/widget/', import.meta.url));
const png = { name: 'my card.png', mimeType: 'image/png', buffer: samplePng() };

let browser: Browser;
let server: TestServer;
let page: WidgetPage;
let ana: Agent & { cookie: string };
let desk: Awaited<ReturnType<typeof connectAgent>>;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  server = await startTestServer(inject('postgresUrl'));
  const site = await server.addSite({ kind: 'page' });
  ana = await server.addAgent(site);
  desk = await connectAgent(server.url, ana.cookie);
  const files = new Map([...(await bundle('widget/attach.ts')), ...(await bundleLoader())]);
  page = await serveWidgetPage(
    files,
    (nonce) =>
      `<script async nonce="${nonce}" src="/handrail.js" data-site="${site.key}" data-server="${server.url}"></script>`,
    `${server.url} ${server.url.replace('http', 'ws')}`,
  );
  browser = await launchChromium();
});
afterAll(async () => {
  desk.close();
  await browser.close();
  await page.close();
  await server.close();
});

/** A customer in the line, before the strictest page. */
async function waiting(options: BrowserContextOptions = desktop) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const view = await context.newPage();
  view.setDefaultTimeout(10_000);
  const faults = watchForFaults(view);
  await view.goto(page.url);
  const began = nextWaiting();
  await view.getByRole('button', { name: 'Talk to a human' }).first().click();
  const conversationId = await began;
  await view.getByRole('button', { name: 'Add a photo or PDF' }).waitFor();
  return { view, faults, conversationId, end: () => context.close() };
}

const nextWaiting = () =>
  new Promise<string>((resolve) => {
    const listen = ({ conversations }: { conversations: { id: string; status: string }[] }) => {
      const row = conversations.find(({ status }) => status === 'waiting');
      if (row === undefined) return;
      desk.socket.off('summaries', listen);
      resolve(row.id);
    };
    desk.socket.on('summaries', listen);
  });

const choose = (view: Page, files: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]) =>
  view.locator('.add-file input[type=file]').setInputFiles(files);
const shown = (view: Page, name: string) => view.getByRole('button', { name: `Save ${name}` });
/** Whether something has been drawn on the canvas. */
const isDrawn = (view: Page, name: string) =>
  shown(view, name)
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(220, 144, 1, 1) ?? {};
      return data !== undefined && data[3] === 255;
    });

async function look(view: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await view.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect.soft(await axeFindings(view), `${name}, ${colorScheme}`).toEqual([]);
    await view.screenshot({ path: `${folder}${name}-${colorScheme}.png` });
  }
}

test.each([
  ['desktop', desktop],
  ['phone', phone],
] as const)('on a %s files go both ways, under the strictest policy', async (screen, options) => {
  const { view, faults, conversationId, end } = await waiting(options);
  await choose(view, [png]);
  await shown(view, png.name).waitFor();
  await eventually(() => isDrawn(view, png.name)).toBe(true);
  await desk.send('handoff:accept', conversationId, {});
  await desk.watch(conversationId);
  const theirs = await desk.until('message.sent', (fact) => fact.files !== undefined);
  expect(theirs).toMatchObject({ text: png.name, files: [{ name: png.name, kind: 'png' }] });

  const path = deskFilesPath(conversationId);
  const pdf = await kept(
    await upload(server, path, { cookie: ana.cookie }, samplePdf(), 'How to dispute a charge.pdf'),
  );
  const scan = await kept(
    await upload(server, path, { cookie: ana.cookie }, samplePng(900, 1_200), 'scan.png'),
  );
  await desk.send('message:send', conversationId, { text: 'Please fill this in', files: [pdf.id, scan.id] });
  await eventually(() => isDrawn(view, 'scan.png')).toBe(true);
  const saving = view.waitForEvent('download');
  await shown(view, pdf.name).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe(pdf.name);
  expect((await readFile(await saved.path())).equals(samplePdf())).toBe(true);
  await look(view, `files-${screen}`);

  await view.reload();
  if (screen === 'phone') await view.getByRole('button', { name: 'Ask' }).click();
  await shown(view, pdf.name).waitFor();
  // Only what is looked at is loaded.
  await shown(view, png.name).scrollIntoViewIfNeeded();
  await eventually(() => isDrawn(view, png.name)).toBe(true);
  expect(faults).toEqual([]);
  await end();
});

test('what is not taken says why; what did not get through is tried again, or stopped', async () => {
  const { view, conversationId, end } = await waiting();
  await choose(view, [{ name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<svg>'.repeat(9)) }]);
  await view.getByText('Only PNG, JPG, WebP and PDF files can be sent.').waitFor();
  await look(view, 'files-refused');
  await view.getByRole('button', { name: 'Remove page.png' }).click();
  await view.getByText('Only PNG').waitFor({ state: 'detached' });

  await view.route('**/files?*', (route) => route.abort());
  await choose(view, [png]);
  await view.getByText("It didn't get through.").waitFor();
  await view.unroute('**/files?*');
  await view.locator('.add-file').getByRole('button', { name: 'Retry' }).click();
  await shown(view, png.name).waitFor();

  await view.route('**/files?*', () => undefined);
  await choose(view, [{ ...png, name: 'never.png' }]);
  await view.getByRole('progressbar', { name: 'Sending never.png' }).waitFor();
  await view.getByRole('button', { name: 'Stop sending never.png' }).click();
  await view.getByText('never.png').waitFor({ state: 'detached' });
  await desk.send('handoff:accept', conversationId, {});
  await end();
});

test('with the bot there is nothing to add', async () => {
  const { view, conversationId, end } = await waiting();
  await desk.send('handoff:accept', conversationId, {});
  await desk.send('handoff:return', conversationId, { decision: '' });
  await view.getByRole('button', { name: 'Add a photo or PDF' }).waitFor({ state: 'detached' });
  await end();
});
