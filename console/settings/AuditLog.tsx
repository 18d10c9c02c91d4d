import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { AuditEntry } from '../../protocol/audit-log.ts';
import type { Person } from '../../protocol/people.ts';
import { ApiError } from '../api.ts';
import { conversationPath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { LoadButtons } from '../shared/LoadButtons.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import { type AuditFilters, auditQuery, createAuditList, noFilters } from './audit-list.ts';
import { auditActions, detailWords } from './audit-words.ts';

/** Who read and did what at the admin's sites. Opened by hand, as reading it is an entry of its own. */
export function AuditLog() {
  const isOpen = useSignal(false);
  return (
    <section class="audit" aria-labelledby="audit">
      <h2 id="audit">Audit log</h2>
      <p class="soft small">
        Who read and did what at your sites. Nobody can change it, and reading it is an entry, too. What is
        done in a conversation stands there.
      </p>
      {isOpen.value ? (
        <Entries />
      ) : (
        <button type="button" class="button" onClick={() => (isOpen.value = true)}>
          Show the log
        </button>
      )}
    </section>
  );
}

function Entries() {
  const { session } = useWorkplace();
  const [list] = useState(() => createAuditList(session.api));
  const filters = useSignal<AuditFilters>(noFilters);
  const people = useSignal<readonly Person[]>([]);
  const { items, next, isLoading, hasFailed } = list.state.value;
  const load = () => void list.load(auditQuery(filters.peek()));
  const narrow = (change: Partial<AuditFilters>) => {
    filters.value = { ...filters.peek(), ...change };
    load();
  };
  useEffect(() => {
    load();
    void session.api
      .people()
      .then((told) => {
        people.value = told.people;
      })
      .catch((error: unknown) => {
        // The log is read without it; there is nobody to choose from.
        if (!(error instanceof ApiError)) throw error;
      });
    return () => list.close();
  }, [list]);

  return (
    <>
      <div class="audit-filters">
        <label class="field">
          Who
          <select
            class="input"
            value={filters.value.agent}
            onChange={(event) => narrow({ agent: event.currentTarget.value })}
          >
            <option value="">Anybody</option>
            {people.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          What
          <select
            class="input"
            value={filters.value.action}
            onChange={(event) => narrow({ action: event.currentTarget.value })}
          >
            <option value="">Anything</option>
            {Object.entries(auditActions).map(([action, words]) => (
              <option key={action} value={action}>
                {words}
              </option>
            ))}
          </select>
        </label>
        {(['from', 'until'] as const).map((name) => (
          <label key={name} class="field">
            {name === 'from' ? 'From' : 'Until'}
            <input
              type="date"
              class="input"
              value={filters.value[name]}
              onChange={(event) => narrow({ [name]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
      <p class="soft small" role="status">
        {isLoading ? 'Loading…' : items.length === 0 && !hasFailed ? 'Nothing.' : ''}
      </p>
      {hasFailed && (
        <LoadFailed isSmall onAgain={load}>
          The log could not be loaded.
        </LoadFailed>
      )}
      {items.length > 0 && (
        <ol class="audit-rows">
          {items.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      <LoadButtons
        isLoading={isLoading}
        onAgain={load}
        onMore={next === null ? null : () => void list.loadMore()}
      />
    </>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const { me } = useWorkplace();
  const { at, agent, action, object, sites } = entry;
  const more = [me.sites.length > 1 ? sites.join(', ') : '', detailWords(entry)].filter(
    (part) => part !== '',
  );
  return (
    <li class="small">
      <time class="soft" dateTime={new Date(at).toISOString()} title={fullTime(at)}>
        {dayAndClock(at, now.value)}
      </time>
      <span class="audit-what">
        <b>{agent?.name ?? 'The operator'}</b>{' '}
        {object?.kind === 'conversation' ? (
          <Link href={conversationPath(object.id)}>{auditActions[action]}</Link>
        ) : (
          auditActions[action]
        )}
        {more.length > 0 && <span class="soft"> · {more.join(' · ')}</span>}
      </span>
    </li>
  );
}
