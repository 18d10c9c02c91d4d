import type { GuidanceEffect } from '../../protocol/proof.ts';
import { FigureLink } from '../insights/FigureLink.tsx';
import type { Look } from '../insights/range.ts';
import { What } from '../insights/What.tsx';
import { guidancePath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { count } from '../shared/words.ts';
import { IntervalPicture } from './IntervalPicture.tsx';
import {
  type Measure,
  measureNames,
  measures,
  rateWords,
  scaleWords,
  topOf,
  verdictNames,
  verdictTones,
} from './proof-words.ts';

/** What the guidance that was live has changed, what got worse first. */
export function Effects({ effects, look }: { effects: readonly GuidanceEffect[]; look: Look }) {
  // Of what there is enough of to say something: the others' intervals would make the scale useless.
  const enough = effects.filter(({ proof }) => proof.verdict !== 'too_few');
  const top = topOf(
    enough.flatMap(({ proof }) =>
      measures.flatMap((measure) => [proof[measure].before, proof[measure].after]),
    ),
  );
  const worse = effects.filter(({ proof }) => proof.verdict === 'worse').length;
  return (
    <section class="insight-panel effects">
      <h2>
        Guidance effect <What of="proof" />
      </h2>
      {worse > 0 && (
        <p class="strip fail small">
          <span>{count(worse, 'guidance', 'guidances')} made things worse.</span>
          <Link href={`${guidancePath}?effect=worse`} class="button small">
            Look at it
          </Link>
        </p>
      )}
      {effects.length === 0 ? (
        <p class="soft none-here">No guidance was live in this time.</p>
      ) : (
        <table class="effects-table">
          <thead>
            <tr>
              <th scope="col">Guidance</th>
              <th scope="col">Cases</th>
              {measures.map((measure) => (
                <th key={measure} scope="col">
                  {measureNames[measure]} <span class="soft">{scaleWords(top)}</span>
                </th>
              ))}
              <th scope="col">So</th>
            </tr>
          </thead>
          <tbody>
            {effects.map((effect) => (
              <EffectRow key={`${effect.id} ${effect.proof.stretch}`} effect={effect} look={look} top={top} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function EffectRow(props: { effect: GuidanceEffect; look: Look; top: number }) {
  const { look, top } = props;
  const { id, question, proof } = props.effect;
  const of = { ...look, guidance: id, stretch: proof.stretch };
  const figure = (name: string, label: string, words: string, isNone: boolean) =>
    isNone ? (
      words
    ) : (
      <FigureLink look={of} figure={name} label={`${label}: ${words}. Open the conversations`}>
        {words}
      </FigureLink>
    );
  const rate = (measure: Measure) => {
    const { before, after } = proof[measure];
    const name = measureNames[measure];
    return (
      <td key={measure} data-name={name}>
        <span class="number">
          {figure(`proof.before.${measure}`, `${name}, before`, rateWords(before), before.of === 0)}
          <span aria-hidden="true"> → </span>
          {figure(`proof.after.${measure}`, `${name}, after`, rateWords(after), after.of === 0)}
        </span>
        <IntervalPicture before={before} after={after} top={top} />
      </td>
    );
  };
  const { before, after } = proof.cases;
  return (
    <tr>
      <th scope="row">
        {question}
        <span class="soft small"> version {proof.version}</span>
      </th>
      <td class="number" data-name="Cases">
        {figure('proof.before', 'Cases before', before.toLocaleString(), before === 0)}
        <span aria-hidden="true"> → </span>
        {figure('proof.after', 'Cases after', after.toLocaleString(), after === 0)}
      </td>
      {measures.map(rate)}
      <td class={verdictTones[proof.verdict]}>{verdictNames[proof.verdict]}</td>
    </tr>
  );
}
