import type { ProofRate } from '../../protocol/proof.ts';

/** Two intervals over one another, before above after; the figures stand beside it. @param top share at the right end */
export function IntervalPicture(props: { before: ProofRate; after: ProofRate; top: number }) {
  const { before, after, top } = props;
  const x = (share: number) => (100 * Math.min(share, top)) / top;
  const line = (side: 'before' | 'after', { part, of, low, high }: ProofRate, y: number) =>
    of > 0 && (
      <>
        <rect class={side} x={x(low)} y={y} width={Math.max(0.8, x(high) - x(low))} height="6" />
        <rect class="point" x={x(part / of) - 0.6} y={y - 2} width="1.2" height="10" />
      </>
    );
  return (
    <svg class="intervals" viewBox="-1 0 102 28" preserveAspectRatio="none" aria-hidden="true">
      <line class="grid" x1="0" x2="0" y1="0" y2="28" />
      <line class="grid" x1="100" x2="100" y1="0" y2="28" />
      {line('before', before, 4)}
      {line('after', after, 18)}
    </svg>
  );
}
