import { useEffect, useState } from 'preact/hooks';
import type { ReceiptFigures } from '../../protocol/feedback.ts';
import { ApiError } from '../api.ts';
import { span } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';

/** How soon feedback is looked at, and how much of it changes something; of the days in the filter. */
export function ReceiptLine({ asked, version }: { asked: string; version: number }) {
  const { session } = useWorkplace();
  const [figures, setFigures] = useState<ReceiptFigures | 'failed' | null>(null);
  useEffect(() => {
    // What was reviewed just now counts, too.
    void version;
    const abort = new AbortController();
    session.api
      .receiptFigures(new URLSearchParams(asked), abort.signal)
      .then(setFigures, (error: unknown) => {
        if (abort.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setFigures('failed');
      });
    return () => abort.abort();
  }, [session, asked, version]);
  if (figures === null) return <p class="receipt-line soft">Counting…</p>;
  if (figures === 'failed') return <p class="receipt-line fail">The figures could not be loaded.</p>;
  const { received, lookedAt, medianToLookedAtMs: median, changedShare: share } = figures;
  const parts: [name: string, value: string][] = [
    ['Received', received.toLocaleString()],
    ['Looked at', lookedAt.toLocaleString()],
    ['Median time to looked at', median === null ? '–' : span(median)],
    ['Share changed', share === null ? '–' : `${Math.round(share * 100)} %`],
  ];
  return (
    <dl class="receipt-line">
      {parts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
