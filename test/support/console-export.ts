import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';

/** Takes along the feedback that is shown, in this format, as a product person does. @returns the file and its text */
export async function downloadExport(page: Page, format: 'CSV' | 'JSONL'): Promise<[Download, string]> {
  const dialog = page.getByRole('dialog', { name: 'Export feedback' });
  await page.getByRole('button', { name: 'Export…' }).click();
  await dialog.getByLabel('Format').selectOption(format);
  const [started] = await Promise.all([
    page.waitForResponse('**/v1/exports/start'),
    dialog.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  // Not an earlier one of the list.
  const { id }: { id: string } = await started.json();
  const link = dialog.locator(`a[href="/v1/exports/${id}/file"]`);
  await link.waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return [file, await readFile(await file.path(), 'utf8')];
}
