import type { Proof, ProofRate } from '../../protocol/proof.ts';
import { FigureLink } from '../insights/FigureLink.tsx';
import type { Look } from '../insights/range.ts';
import { What } from '../insights/What.tsx';
import { IntervalPicture } from './IntervalPicture.tsx';
import {
  intervalWords,
  type Measure,
  measureNames,
  measures,
  rateWords,
  topOf,
  verdictNames,
  verdictTones,
} from './proof-words.ts';

/**
 * The measures of a proof on both sides, with a picture of their intervals beside the figures that it is of.
 * @param look where each figure opens its conversations; null: the reader may not look there
 */
export function ProofTable({ id, proof, look }: { id: string; proof: Proof; look: Look | null }) {
  const top = topOf(measures.flatMap((measure) => [proof[measure].before, proof[measure].after]));
  const cell = (measure: Measure, side: 'before' | 'after', rate: ProofRate) => (
    <td class="number" data-name={side === 'before' ? 'Before' : 'After'}>
      {look === null || rate.of === 0 ? (
        rateWords(rate)
      ) : (
        <FigureLink
          look={{ ...look, guidance: id, stretch: proof.stretch }}
          figure={`proof.${side}.${measure}`}
          label={`${measureNames[measure]}, ${side}: ${rateWords(rate)}. Open the conversations`}
        >
          {rateWords(rate)}
        </FigureLink>
      )}
      {rate.of > 0 && <span class="soft"> {intervalWords(rate)}</span>}
    </td>
  );
  return (
    <table class="proof-table">
      <thead>
        <tr>
          <th scope="col">Of the cases</th>
          <th scope="col">
            <span class="swatch before" aria-hidden="true" /> Before
          </th>
          <th scope="col">
            <span class="swatch after" aria-hidden="true" /> After
          </th>
          <th scope="col" class="proof-scale">
            <span>0</span> <span class="hidden">to</span> <span>{Math.round(100 * top)} %</span>
          </th>
          <th scope="col">So</th>
        </tr>
      </thead>
      <tbody>
        {measures.map((measure) => {
          const { before, after, verdict } = proof[measure];
          return (
            <tr key={measure}>
              <th scope="row">
                {measureNames[measure]} <What of={`proof.${measure}`} />
              </th>
              {cell(measure, 'before', before)}
              {cell(measure, 'after', after)}
              <td class="proof-picture">
                <IntervalPicture before={before} after={after} top={top} />
              </td>
              <td class={verdictTones[verdict]}>{verdictNames[verdict]}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
