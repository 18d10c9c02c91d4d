import type { Export } from '../../../protocol/exports.ts';
import { fileNameOf } from '../../exports/formats.ts';
import type { KeptExport } from '../../store/exports.ts';
import { checkpointOf } from './maker.ts';

export const nameOf = ({ ask, madeAt }: KeptExport): string => fileNameOf(ask.content, ask.format, madeAt);

/** An export as it is shown. */
export function exportView(one: KeptExport): Export {
  const { rows, written, leftOut, bytes } = checkpointOf(one);
  const { content, format, filter, isRedacted } = one.ask;
  return {
    id: one.id,
    content,
    format,
    filter,
    isRedacted,
    state: one.state,
    rows,
    total: one.total,
    written,
    leftOut,
    bytes,
    name: nameOf(one),
    by: one.agent.name,
    isScheduled: one.scheduleId !== null,
    madeAt: one.madeAt,
    expiresAt: one.expiresAt,
  };
}
