import { useComputed } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Proof } from '../../protocol/proof.ts';
import { type Look, lastDays, todayOf } from '../insights/range.ts';
import { What } from '../insights/What.tsx';
import { createLoaded } from '../shared/loaded.ts';
import { NotLoaded } from '../shared/NotLoaded.tsx';
import { dayAndClock, now } from '../shared/time.ts';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { ProofTable } from './ProofTable.tsx';
import { verdictTones, verdictWords } from './proof-words.ts';

/** What a guidance has changed on its topic, each time that it was live. */
export function GuidanceProof({ id }: { id: string }) {
  const { session, may } = useWorkplace();
  const [list] = useState(() => createLoaded(() => session.api.guidanceProof(id)));
  useEffect(() => void list.load(), [list]);
  const today = useComputed(() => todayOf(now.value)).value;
  const { found, hasFailed } = list.state.value;
  if (found === null || hasFailed) {
    return (
      <NotLoaded hasFailed={hasFailed} onAgain={() => void list.load()}>
        The proof could not be loaded.
      </NotLoaded>
    );
  }
  const look: Look | null = may('insights:read')
    ? { ...lastDays(30, today), figure: null, open: null }
    : null;
  const [newest, ...earlier] = found.proofs;
  return (
    <section class="guidance-proof" aria-label="What it changed">
      {!found.isMeasured && (
        <p class="soft small" role="status">
          What is live now has not been measured yet. It is within a minute, as a rule.
        </p>
      )}
      {newest === undefined
        ? found.isMeasured && <p class="soft small">It has not been live yet.</p>
        : [newest].map((proof) => <Stretch key={proof.stretch} id={id} proof={proof} look={look} />)}
      {earlier.length > 0 && (
        <details class="proof-earlier">
          <summary class="small">{count(earlier.length, 'earlier time')} that it was live</summary>
          {earlier.map((proof) => (
            <Stretch key={proof.stretch} id={id} proof={proof} look={look} />
          ))}
        </details>
      )}
    </section>
  );
}

function Stretch({ id, proof, look }: { id: string; proof: Proof; look: Look | null }) {
  const { version, from, until, windows, cases, sampled, measuredAt, verdict } = proof;
  const at = (time: number) => dayAndClock(time, now.value);
  const isLive = until === null || until > measuredAt;
  return (
    <div class="proof-stretch">
      <p class={`proof-verdict ${verdictTones[verdict]}`}>
        {verdictWords(proof)} <What of="proof" />
      </p>
      <ProofTable id={id} proof={proof} look={look} />
      <p class="soft small">
        Version {version}, live from {at(from)}
        {isLive ? '' : ` until ${at(until)}`}. Before: since {at(windows.before.from)}.{' '}
        {cases.before.toLocaleString()} and {count(cases.after, 'case')}, {cases.given.toLocaleString()} of
        those after with this guidance given
        {cases.leftOut > 0 && `; ${cases.leftOut.toLocaleString()} left out that it was made from`}
        {sampled < 1 && `; one of ${Math.round(1 / sampled)} customers was looked at`}. Measured{' '}
        {at(measuredAt)}.
      </p>
    </div>
  );
}
