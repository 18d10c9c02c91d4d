import type { AuditDetail } from '../../../protocol/audit-log.ts';
import type { ExportOrder } from '../../../protocol/exports.ts';
import { may } from '../../domain/permissions.ts';
import { fits } from '../../exports/formats.ts';
import { RefusalError } from '../../plugins/errors.ts';
import type { Agent } from '../../store/agents.ts';
import type { ExportAsk } from '../../store/exports.ts';

/**
 * What is asked for, if this agent may have it.
 * @throws RefusalError forbidden, for personal data that their role may not take along; invalid
 */
export function askOf(
  agent: Agent,
  { content = 'feedback', format, filter, isRedacted = true }: ExportOrder,
): ExportAsk {
  if (!isRedacted && !may(agent.role, 'personal-data:export')) {
    throw new RefusalError('forbidden', { detail: 'personal data can only be left in by an admin' });
  }
  const ask = { content, format, filter, isRedacted };
  if (!fits(ask)) {
    throw new RefusalError('invalid', {
      detail: 'facts are csv, jsonl or parquet, narrowed by from and until',
    });
  }
  return ask;
}

/** Whether somebody may still have what they asked for once: their role and their sites may have changed. */
export const mayHave = (agent: Agent, siteIds: readonly string[], { isRedacted }: ExportAsk): boolean =>
  may(agent.role, 'feedback:export') &&
  (isRedacted || may(agent.role, 'personal-data:export')) &&
  siteIds.every((id) => agent.siteIds.includes(id));

/** What the audit log says of it. */
export const detailOf = ({ content, format, filter, isRedacted }: ExportAsk): AuditDetail => ({
  content,
  format,
  redaction: isRedacted ? 'on' : 'off',
  ...filter,
});
