import { type ReadonlySignal, signal } from '@preact/signals';
import { type Api, ApiError } from '../api.ts';
import { createCsvCounter, createJsonlCounter } from './row-counters.ts';

export type ExportFormat = 'csv' | 'jsonl';

export type ExportState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running';
      readonly format: ExportFormat;
      readonly rows: number;
      readonly total: number | null;
    }
  | { readonly kind: 'done'; readonly rows: number; readonly name: string; readonly changed: number }
  | { readonly kind: 'failed'; readonly text: string };

/** One download at a time of all feedback under the filters. */
export interface Export {
  readonly state: ReadonlySignal<ExportState>;
  start(format: ExportFormat, asked: URLSearchParams): Promise<void>;
  cancel(): void;
  dismiss(): void;
}

/** @param save hands the finished file to the browser */
export function createExport(
  api: Pick<Api, 'exportFeedback'>,
  save: (file: Blob, name: string) => void,
): Export {
  const state = signal<ExportState>({ kind: 'idle' });
  let running: AbortController | null = null;

  const download = async (format: ExportFormat, asked: URLSearchParams, abort: AbortController) => {
    const query = new URLSearchParams(asked);
    query.set('format', format);
    const response = await api.exportFeedback(query, abort.signal);
    const announced = response.headers.get('handrail-total-rows');
    const total = announced === null ? null : Number(announced);
    const counter = format === 'csv' ? createCsvCounter() : createJsonlCounter();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let rows = 0;
    state.value = { kind: 'running', format, rows, total };
    const reader = response.body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      rows = counter.add(value);
      state.value = { kind: 'running', format, rows, total };
    }
    const name = fileName(response.headers.get('content-disposition')) ?? `handrail-feedback.${format}`;
    save(new Blob(parts, { type: response.headers.get('content-type') ?? '' }), name);
    // A broken download throws above; what is short here was changed by its customer while the export ran.
    const changed = Math.max(0, (total ?? rows) - rows);
    state.value = { kind: 'done', rows, name, changed };
  };

  return {
    state,
    async start(format, asked) {
      if (running !== null) return;
      running = new AbortController();
      const { signal: aborted } = running;
      state.value = { kind: 'running', format, rows: 0, total: null };
      try {
        await download(format, asked, running);
      } catch (error) {
        if (aborted.aborted) state.value = { kind: 'idle' };
        else state.value = { kind: 'failed', text: failureWords(error) };
      } finally {
        running = null;
      }
    },
    cancel: () => running?.abort(),
    dismiss() {
      state.value = { kind: 'idle' };
    },
  };
}

function failureWords(error: unknown): string {
  const isRefused = error instanceof ApiError && error.code !== 'unreachable';
  return isRefused
    ? 'The server did not make the export; nothing was saved. Try again.'
    : 'The connection broke; nothing was saved. Try again.';
}

/** The name that the server gives the file; null if it gives none, or one with parts of a path. */
export function fileName(disposition: string | null): string | null {
  return /filename="([\w.-]{1,100})"/.exec(disposition ?? '')?.[1] ?? null;
}

/** Lets the browser keep a file. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the file once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
