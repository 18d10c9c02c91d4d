import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Consoles, eventually, startConsoles } from '../console/consoles.ts';
import { fee, topUp } from '../console/northcard.ts';
import { downloadExport } from '../support/console-export.ts';
import { lookAtConsole } from '../support/console-look.ts';

let consoles: Consoles;
beforeAll(async () => {
  consoles = await startConsoles(inject('postgresUrl'));
});
afterEach(() => consoles.endTest());
afterAll(() => consoles.close());

describe('the feedback view', () => {
  test('filters, pages, opens the conversation, and exports exactly what matches', async () => {
    const site = await consoles.newSite();
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await page.getByRole('link', { name: 'Feedback' }).click();
    await page.getByText('Nothing yet. Thumbs on answers').waitFor();
    const customers = await Promise.all([
      consoles.customerWith(site, topUp),
      consoles.customerWith(site, fee),
    ]);
    const [first] = customers;
    await first.send('conversation:resolve', { outcome: 'unsolved' });
    await first.send('conversation:rate', { rating: 2, comment: '=HYPERLINK("https://evil.example")' });
    const old = await consoles.customerWith(site, {
      ...fee,
      down: { turn: 1, reasons: ['wrong'], comment: 'long ago' },
    });
    await consoles.server.store.db
      .updateTable('answer_feedback')
      .set({ at: Date.UTC(2025, 0, 15, 12) })
      .where('conversation_id', '=', old.conversationId)
      .execute();

    await page.reload();
    await page.getByText('4 in all').waitFor();
    const rows = page.getByRole('row');
    await page.getByLabel('Reason').selectOption('Wrong');
    await page.getByText('2 in all').waitFor();
    await page.getByLabel('From').fill('2025-02-01');
    await page.getByText('1 in all').waitFor();
    expect(new URL(page.url()).search).toBe('?from=2025-02-01&reason=wrong');
    await page.reload();
    await page.getByText('1 in all').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('wrong');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('4 in all').waitFor();
    await page.getByLabel('Text').fill('nothing says this');
    await page.getByText('Nothing matches.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByLabel('Rating').selectOption('2');
    await eventually(() => rows.count()).toBe(2);
    await page.getByLabel('Rating').selectOption('');
    await page.getByLabel('Until').fill('2025-01-15');
    await page.getByText('1 in all').waitFor();
    await page.getByText('long ago').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('4 in all').waitFor();

    await page.getByRole('button', { name: 'I topped up €50 by card' }).click();
    const reading = page.getByRole('complementary', { name: 'Conversation' });
    await reading.getByText('Thumbs down · Wrong').waitFor();
    await reading.getByText('Rated 2 of 5').waitFor();
    await page.keyboard.press('Escape');
    await reading.waitFor({ state: 'detached' });

    await page.getByLabel('About').selectOption('Answers');
    await page.getByText('3 in all').waitFor();
    const [jsonlFile, jsonl] = await downloadExport(page, 'JSONL');
    expect(jsonlFile.suggestedFilename()).toMatch(/^handrail-feedback-\d{4}-\d\d-\d\d\.jsonl$/);
    const lines = jsonl
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => [line.verdict, line.reasons, line.comment])).toContainEqual([
      'down',
      ['outdated', 'not_what_i_asked'],
      'The table says 2.50',
    ]);
    const exported = lines.find((line) => line.conversationId === first.conversationId);
    expect(exported).toMatchObject({ question: topUp.questions[0], turn: 1 });
    expect(exported.transcript.map((line: { text: string }) => line.text)).toEqual(
      expect.arrayContaining([...topUp.questions]),
    );

    await page.getByLabel('About').selectOption('All');
    await page.getByText('4 in all').waitFor();
    const [csvFile, csv] = await downloadExport(page, 'CSV');
    expect(csvFile.suggestedFilename()).toMatch(/\.csv$/);
    const records: Record<string, string>[] = parse(csv, { columns: true, bom: true });
    expect(records).toHaveLength(4);
    const rated = records.find((record) => record.kind === 'conversation');
    expect(rated).toMatchObject({ rating: '2', comment: `'=HYPERLINK("https://evil.example")` });
    expect(records.map((record) => record.answer)).toContain(lines[0].answer);
  });

  test('loads page after page; exports are made, scheduled, fetched and deleted', async () => {
    const site = await consoles.newSite();
    const customer = await consoles.customerWith(site, fee);
    await consoles.server.store.db
      .insertInto('answer_feedback')
      .values(
        Array.from({ length: 620 }, (_, index) => ({
          conversation_id: customer.conversationId,
          turn: index + 2,
          verdict: 'up' as const,
          reasons: [],
          comment: `comment "${index}"\nsecond line`,
          question: `question ${index}`,
          answer: 'answer',
          sources: JSON.stringify([]),
          at: Date.now() - index * 60_000,
        })),
      )
      .execute();
    const page = await consoles.consoleOf(await consoles.newAgent(site, 'Ana'));
    await page.goto(`${consoles.server.url}/console/feedback`);
    await page.getByText('50 of 621').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('100 of 621').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(100);

    const dialog = page.getByRole('dialog', { name: 'Export feedback' });
    await page.getByRole('button', { name: 'Export…' }).click();
    await dialog.getByText('621 rows').waitFor();
    await dialog.getByText('None yet. A file is kept for 7 days.').waitFor();
    await dialog.getByText('For spreadsheets: one row each, with the transcript.').waitFor();
    await lookAtConsole(page, 'export-empty');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('621 rows').nth(1).waitFor();
    // No row here has a better answer: what is left out is said, and why.
    await dialog.getByLabel('Format').selectOption('OpenAI, preference');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('0 rows, 621 left out').waitFor();
    await dialog.getByLabel('How often').selectOption('New ones every Monday');
    await dialog.getByRole('button', { name: 'Schedule' }).click();
    await dialog.getByText('Next:').waitFor();
    await lookAtConsole(page, 'export');
    consoles.expectFault(/status of 503/);
    await page.route('**/v1/exports', (route) => route.fulfill({ status: 503, body: '' }));
    await page.route('**/v1/exports/start', (route) => route.fulfill({ status: 503, body: '' }));
    await dialog.getByLabel('How often').selectOption('Once, now');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('That did not work on our side. Try again.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export…' }).click();
    await dialog.getByText('The exports could not be loaded.').waitFor();
    await page.unroute('**/v1/exports');
    await page.unroute('**/v1/exports/start');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByRole('button', { name: 'End' }).click();
    await eventually(() => dialog.getByText('Next:').count()).toBe(0);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('listitem').filter({ hasText: 'CSV' }).getByRole('link', { name: 'Download' }).click(),
    ]);
    const records: string[][] = parse(await readFile(await file.path(), 'utf8'), { bom: true });
    expect(records).toHaveLength(622);
    await page.getByRole('button', { name: /^Delete handrail-feedback-.*csv$/ }).click();
    await eventually(() => dialog.getByRole('listitem').count()).toBe(1);
  });
});
