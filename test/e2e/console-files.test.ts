import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Consoles, eventually, row, startConsoles } from '../console/consoles.ts';
import { topUp } from '../console/northcard.ts';
import { kept, uploadAs } from '../server/files-stage.ts';
import { lookAtConsole } from '../support/console-look.ts';
import { samplePdf, samplePng } from '../support/sample-files.ts';

const png = { name: 'receipt of the top-up.png', mimeType: 'image/png', buffer: samplePng() };
const pdf = { name: 'fees.pdf', mimeType: 'application/pdf', buffer: samplePdf() };

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

const box = (page: Page) => page.getByLabel('Reply to the customer');
const tray = (page: Page) => page.getByRole('list', { name: 'Files of this reply' });
const attach = (page: Page, files: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]) =>
  page.locator('.composer input[type=file]').setInputFiles(files);

/** A customer who is with Ana, on her screen. */
async function answering() {
  const site = await consoles.newSite();
  const customer = await consoles.customerWith(site, topUp);
  const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
  await row(page, customer).click();
  await page.keyboard.press('a');
  await box(page).waitFor();
  return { customer, page };
}

const look = (page: Page, name: string) => lookAtConsole(page, `files-${name}`);

/** Gives files to the page as the mouse or the clipboard does. */
const give = (page: Page, how: 'drop' | 'paste', { name, mimeType, buffer }: typeof png) =>
  page.evaluate(
    ([how, name, type, base64]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
      const target = document.querySelector('.composer textarea');
      const shared = { bubbles: true, cancelable: true };
      target?.dispatchEvent(
        how === 'drop'
          ? new DragEvent('drop', { ...shared, dataTransfer: transfer })
          : new ClipboardEvent('paste', { ...shared, clipboardData: transfer }),
      );
    },
    [how, name, mimeType, buffer.toString('base64')] as const,
  );

test('files are chosen, dropped and pasted, outlive a reload, and go out with the reply', async () => {
  const { customer, page } = await answering();
  await attach(page, [png]);
  await tray(page).getByText(png.name).waitFor();
  await give(page, 'drop', pdf);
  await give(page, 'paste', { ...png, name: 'screen.png' });
  await eventually(() => tray(page).locator('progress').count()).toBe(0);
  await eventually(() => tray(page).getByRole('listitem').count()).toBe(3);
  await page.reload();
  await eventually(() => tray(page).getByRole('listitem').count()).toBe(3);
  await tray(page).getByRole('button', { name: 'Remove screen.png' }).click();
  await box(page).fill('Here is what we found');
  await look(page, 'reply');
  await box(page).press('Enter');
  const sent = await customer.until('message.sent', (fact) => fact.by.kind === 'agent');
  expect(sent).toMatchObject({
    text: 'Here is what we found',
    files: [{ name: png.name }, { name: pdf.name }],
  });
  expect(await tray(page).count()).toBe(0);

  await page.getByRole('button', { name: 'Send' }).and(page.locator(':disabled')).waitFor();
  await attach(page, [pdf]);
  await page.getByRole('button', { name: 'Send' }).and(page.locator(':enabled')).click();
  await customer.until('message.sent', (fact) => fact.text === 'fees.pdf');
});

test("a customer's files are seen and saved", async () => {
  const { customer, page } = await answering();
  const files = [
    await kept(await uploadAs(consoles.server, customer, samplePng(1_000, 700), 'till.png')),
    await kept(
      await uploadAs(
        consoles.server,
        customer,
        samplePdf(),
        'A rather long name of a bank statement for March.pdf',
      ),
    ),
  ];
  await customer.send('message:send', { text: 'This is what I see', files: files.map(({ id }) => id) });
  const shown = page.getByRole('log').getByRole('list', { name: 'Files' });
  await shown.waitFor();
  const picture = shown.locator('img');
  await eventually(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1_000);
  expect(await picture.boundingBox()).toMatchObject({ height: 144 });
  await look(page, 'seen');
  const saving = page.waitForEvent('download');
  await shown.getByRole('link', { name: /statement/ }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('A rather long name of a bank statement for March.pdf');
  expect((await readFile(await saved.path())).equals(samplePdf())).toBe(true);
});

test('what is not taken says why, and keeps the reply from going without it', async () => {
  const { customer, page } = await answering();
  await attach(page, [{ name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<html>'.repeat(10)) }]);
  await tray(page).getByText('Only PNG, JPG, WebP and PDF files can be sent.').waitFor();
  await box(page).fill('See the file');
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await page.getByText('Remove the file that was not taken, or try it again.').waitFor();
  await look(page, 'refused');
  await tray(page).getByRole('button', { name: 'Remove page.png' }).click();

  await page.context().setOffline(true);
  await attach(page, [pdf]);
  await tray(page).getByText('It did not get through.').waitFor();
  await page.context().setOffline(false);
  await tray(page).getByRole('button', { name: 'Retry' }).click();
  await tray(page).getByText('kB').or(tray(page).getByText(' B')).first().waitFor();
  await attach(
    page,
    Array.from({ length: 5 }, (_, at) => ({ ...pdf, name: `${at}.pdf` })),
  );
  await tray(page).getByText('One message carries 5 files at most.').waitFor();
  await tray(page).getByRole('button', { name: 'Remove 4.pdf' }).click();
  // The others are still on their way: before that the reply does not go.
  await eventually(() => page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
  await box(page).press('Enter');
  const sent = await customer.until('message.sent', (fact) => fact.by.kind === 'agent');
  expect(sent.files?.map(({ name }) => name).sort()).toEqual([
    '0.pdf',
    '1.pdf',
    '2.pdf',
    '3.pdf',
    'fees.pdf',
  ]);
  consoles.expectFault(/415|ERR_INTERNET_DISCONNECTED/);
});
