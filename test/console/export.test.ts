import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../console/api.ts';
import { createExport, fileName } from '../../console/review/export.ts';
import { createCsvCounter, createJsonlCounter, type RowCounter } from '../../console/review/row-counters.ts';

/** Counts a text that comes in pieces of the given size. */
function countIn(counter: RowCounter, text: string, size: number): number {
  const bytes = new TextEncoder().encode(text);
  let rows = 0;
  for (let at = 0; at < bytes.length; at += size) rows = counter.add(bytes.subarray(at, at + size));
  return rows;
}

describe('counting rows as they come', () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('"', '\r\n', '\n', ',', '""\r\n', 'ü€😀'));
  const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 });

  test('counts CSV as it is written, whatever the cells hold and wherever it is cut', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 7 }), (rows, size) => {
        const columns = ['id', 'comment', 'answer'];
        const text = stringify(rows, { header: true, columns, bom: true, record_delimiter: 'windows' });
        expect(countIn(createCsvCounter(), text, size)).toBe(rows.length);
      }),
    );
  });

  test('counts JSONL by its lines', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 7 }), (texts, size) => {
        const lines = texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
        expect(countIn(createJsonlCounter(), lines, size)).toBe(texts.length);
      }),
    );
  });
});

const replyOf = (lines: number, announced: number, body?: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  new Response(body ?? '{}\n'.repeat(lines), {
    headers: {
      'handrail-total-rows': String(announced),
      'content-disposition': 'attachment; filename="handrail-feedback-2026-03-28.jsonl"',
      'content-type': 'application/jsonl',
    },
  });

describe('an export', () => {
  test('is saved under the name that the server gives, with the filters asked for', async () => {
    const saved: [string, string][] = [];
    const asked: string[] = [];
    const download = createExport(
      {
        exportFeedback: async (query) => {
          asked.push(query.toString());
          return replyOf(3, 3);
        },
      },
      (file, name) => void file.text().then((text) => saved.push([name, text])),
    );
    await download.start('jsonl', new URLSearchParams({ reason: 'wrong' }));
    expect(download.state.value).toEqual({
      kind: 'done',
      rows: 3,
      name: 'handrail-feedback-2026-03-28.jsonl',
      changed: 0,
    });
    await expect.poll(() => saved).toEqual([['handrail-feedback-2026-03-28.jsonl', '{}\n{}\n{}\n']]);
    expect(asked).toEqual(['reason=wrong&format=jsonl']);
  });

  test('that breaks or is refused is not saved, and says so', async () => {
    const saved: string[] = [];
    const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        controller.error(new TypeError('network error'));
      },
    });
    const replies = [
      async () => replyOf(0, 3, broken),
      async () => {
        throw new ApiError('unavailable');
      },
    ];
    const texts: string[] = [];
    for (const exportFeedback of replies) {
      const download = createExport({ exportFeedback }, (_, name) => saved.push(name));
      await download.start('jsonl', new URLSearchParams());
      const { value } = download.state;
      texts.push(value.kind === 'failed' ? value.text : value.kind);
    }
    expect(texts).toEqual([
      'The connection broke; nothing was saved. Try again.',
      'The server did not make the export; nothing was saved. Try again.',
    ]);
    expect(saved).toEqual([]);
  });

  test('of rows that customers change while it runs is saved, and says how many it lacks', async () => {
    const saved: string[] = [];
    const download = createExport({ exportFeedback: async () => replyOf(2, 3) }, (_, name) =>
      saved.push(name),
    );
    await download.start('jsonl', new URLSearchParams());
    expect(download.state.value).toMatchObject({ kind: 'done', rows: 2, changed: 1 });
    expect(saved).toHaveLength(1);
  });

  test('that is cancelled leaves nothing behind', async () => {
    const download = createExport(
      {
        exportFeedback: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      },
      () => expect.unreachable('nothing is saved'),
    );
    const done = download.start('csv', new URLSearchParams());
    expect(download.state.value.kind).toBe('running');
    download.cancel();
    await done;
    expect(download.state.value).toEqual({ kind: 'idle' });
  });

  test('takes no path for a file name', () => {
    expect(fileName('attachment; filename="a-1.csv"')).toBe('a-1.csv');
    expect(fileName('attachment; filename="../a.csv"')).toBeNull();
    expect(fileName(null)).toBeNull();
  });
});
