import type { AuditEntry } from '../../protocol/audit-log.ts';
import type { Api } from '../api.ts';
import { createPagedList } from '../shared/paged-list.ts';

export interface AuditFilters {
  /** The id of whoever did it; empty: anybody. */
  readonly agent: string;
  /** Empty: whatever was done. */
  readonly action: string;
  /** Days by the reader's own calendar, `2026-01-31`; both are part of it. Empty: no end. */
  readonly from: string;
  readonly until: string;
}

export const noFilters: AuditFilters = { agent: '', action: '', from: '', until: '' };

const startOf = (day: string): number => new Date(`${day}T00:00`).getTime();
const endOf = (day: string): number => new Date(`${day}T23:59:59.999`).getTime();

/** As the server is asked for it. */
export function auditQuery({ agent, action, from, until }: AuditFilters): URLSearchParams {
  const query = new URLSearchParams();
  if (agent !== '') query.set('agent', agent);
  if (action !== '') query.set('action', action);
  if (from !== '') query.set('from', String(startOf(from)));
  if (until !== '') query.set('until', String(endOf(until)));
  return query;
}

/** Who read and did what, page by page, newest first. */
export const createAuditList = (api: Pick<Api, 'auditLog'>) =>
  createPagedList(
    async (query, signal) => {
      const cursor = query.get('cursor');
      query.delete('cursor');
      if (cursor !== null) query.set('before', cursor);
      const { entries, next } = await api.auditLog(query, signal);
      return { entries, next: next === null ? null : String(next) };
    },
    ({ entries }): readonly AuditEntry[] => entries,
  );
