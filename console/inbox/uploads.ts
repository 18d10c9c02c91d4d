import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { mostFiles } from '../../browser/files.ts';
import { uuidv7 } from '../../browser/ids.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import { ApiError } from '../api.ts';
import type { Drafts } from './drafts.ts';

/** A file on its way to the server. Once it is there, it is part of the draft. */
export interface Upload {
  readonly key: string;
  readonly file: File;
  /** How much of it has been sent, 0 to 1. */
  readonly share: number;
  /** Why it did not get there; null while it is on its way. */
  readonly code: RefusalCode | 'unreachable' | 'too_many' | null;
}

export interface Uploads {
  of(conversationId: string): ReadonlySignal<readonly Upload[]>;
  add(conversationId: string, files: readonly File[]): void;
  retry(conversationId: string, key: string): void;
  /** Also ends it if it is on its way. */
  remove(conversationId: string, key: string): void;
  close(): void;
}

type Send = (
  conversationId: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
) => Promise<AttachedFile>;

/** Files that replies will carry go to the server while the agent still writes. */
export function createUploads(drafts: Pick<Drafts, 'of' | 'change'>, send: Send): Uploads {
  const opened = new Map<string, Signal<readonly Upload[]>>();
  const underWay = new Map<string, AbortController>();

  const of = (id: string) => {
    const uploads = opened.get(id) ?? signal<readonly Upload[]>([]);
    opened.set(id, uploads);
    return uploads;
  };
  const change = (id: string, key: string, fields: Partial<Upload>) => {
    const uploads = of(id);
    uploads.value = uploads.peek().map((one) => (one.key === key ? { ...one, ...fields } : one));
  };
  const drop = (id: string, key: string) => {
    const uploads = of(id);
    uploads.value = uploads.peek().filter((one) => one.key !== key);
  };

  const start = async (id: string, key: string, file: File): Promise<void> => {
    const abort = new AbortController();
    underWay.set(key, abort);
    try {
      const kept = await send(id, file, (share) => change(id, key, { share }), abort.signal);
      drop(id, key);
      drafts.change(id, { files: [...drafts.of(id).peek().files, kept] });
    } catch (error) {
      if (abort.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      change(id, key, { code: error.code });
    } finally {
      underWay.delete(key);
    }
  };

  return {
    of,
    add(id, files) {
      for (const file of files) {
        const taken = of(id)
          .peek()
          .filter(({ code }) => code !== 'too_many').length;
        const isTooMany = taken + drafts.of(id).peek().files.length >= mostFiles;
        const key = uuidv7();
        of(id).value = [...of(id).peek(), { key, file, share: 0, code: isTooMany ? 'too_many' : null }];
        if (!isTooMany) void start(id, key, file);
      }
    },
    retry(id, key) {
      const upload = of(id)
        .peek()
        .find((one) => one.key === key);
      if (upload === undefined || underWay.has(key)) return;
      change(id, key, { code: null, share: 0 });
      void start(id, key, upload.file);
    },
    remove(id, key) {
      underWay.get(key)?.abort();
      drop(id, key);
    },
    close() {
      for (const abort of underWay.values()) abort.abort();
    },
  };
}

/** Why a file did not get there, and what to do about it. */
export function uploadWords(code: NonNullable<Upload['code']>): string {
  switch (code) {
    case 'too_many':
      return `One message carries ${mostFiles} files at most.`;
    case 'file_type_not_allowed':
      return 'Only PNG, JPG, WebP and PDF files can be sent.';
    case 'too_large':
      return 'This file is too large.';
    case 'file_limit':
      return 'You have sent 10 files here within a day; that is the limit.';
    case 'file_space_full':
      return 'This site has no room for more files. Tell whoever runs Handrail.';
    case 'not_assigned':
      return 'This conversation is not yours any more.';
    case 'unreachable':
      return 'It did not get through.';
    case 'rate_limited':
      return 'Too many at once. Try again in a moment.';
    default:
      return 'That did not work on our side.';
  }
}

/** The very same file may get there later. */
export const mayRetry = (code: NonNullable<Upload['code']>): boolean =>
  code === 'unreachable' || code === 'rate_limited' || code === 'internal' || code === 'unavailable';
