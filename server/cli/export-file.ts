import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type ExportManifest, ExportOrder } from '../../protocol/exports.ts';
import { exact, Time } from '../../protocol/ids.ts';
import { atTheBeginning, Checkpoint, canGoOn } from '../exports/checkpoint.ts';
import type { Step } from '../exports/pipeline.ts';
import type { ExportAsk } from '../store/exports.ts';
import { UsageError } from './command.ts';

/** What is written, from beginning to end, however often it is stopped. */
export interface Order {
  readonly id: string;
  readonly ask: ExportAsk;
  readonly siteIds: readonly string[];
  /** Their keys. */
  readonly sites: readonly string[];
  readonly total: number;
  readonly madeAt: number;
}

/** A file that is being written, under another name until it is whole. */
export interface ExportFile {
  readonly name: string;
  readonly order: Order;
  readonly checkpoint: Checkpoint;
  /** On the disk when this returns: the bytes first, then where they leave off. */
  keep(step: Step): void;
  /** Gives it its name, and the manifest beside it. */
  finish(manifest: ExportManifest): void;
  close(): void;
}

const Kept = exact({
  order: exact({
    id: Type.String(),
    ask: Type.Required(ExportOrder),
    siteIds: Type.Array(Type.String()),
    sites: Type.Array(Type.String()),
    total: Type.Integer(),
    madeAt: Time,
  }),
  checkpoint: Checkpoint,
});
const kept = Compile(Kept);

/**
 * @param order null: go on with what was stopped
 * @throws UsageError when there is nothing to go on with, or something that a new order would overwrite
 */
export function openExportFile(path: string, order: Order | null): ExportFile {
  const part = `${path}.part`;
  const state = `${path}.part.json`;
  if (order !== null && existsSync(state)) {
    throw new UsageError(
      `${path} was begun before: --resume goes on with it; remove ${state} to begin anew.`,
    );
  }
  const from = order === null ? readState(state) : { order, checkpoint: atTheBeginning };
  if (!canGoOn(from.checkpoint)) {
    throw new UsageError(`${path} was begun by another version of Handrail; remove ${state} to begin anew.`);
  }
  const file = openSync(part, order === null ? 'r+' : 'w', 0o600);
  // What was written behind the last checkpoint is written again.
  ftruncateSync(file, from.checkpoint.bytes);
  let at = from.checkpoint.bytes;
  const keepState = (checkpoint: Checkpoint) => {
    writeFileSync(`${state}.new`, JSON.stringify({ order: from.order, checkpoint }), {
      mode: 0o600,
      flush: true,
    });
    renameSync(`${state}.new`, state);
  };
  if (order !== null) keepState(atTheBeginning);
  return {
    name: basename(path),
    order: from.order,
    checkpoint: from.checkpoint.rows === 0 ? atTheBeginning : from.checkpoint,
    keep({ bytes, checkpoint }) {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, at + done);
      }
      at += bytes.length;
      fsyncSync(file);
      // The end is written again by whoever goes on: it costs nothing, and needs no case of its own.
      if (!checkpoint.isDone) keepState(checkpoint);
    },
    finish(manifest) {
      writeFileSync(`${path}.manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`, {
        mode: 0o600,
        flush: true,
      });
      renameSync(part, path);
      rmSync(state);
    },
    close: () => closeSync(file),
  };
}

function readState(path: string): { order: Order; checkpoint: Checkpoint } {
  if (!existsSync(path)) throw new UsageError(`There is nothing to go on with: no ${path}.`);
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!kept.Check(value)) throw new UsageError(`${path} is not what an export has left.`);
  // Checked just now; a filter that is there has what a filter has.
  return value as { order: Order; checkpoint: Checkpoint };
}
