import type { WeakQuestion } from '../../protocol/insights.ts';
import { FigureLink } from './FigureLink.tsx';
import type { Shown } from './shown.ts';
import { What } from './What.tsx';

/** The questions whose answers did most harm, worst first. */
export function WeakList({ weak, look }: Pick<Shown, 'look'> & { weak: readonly WeakQuestion[] }) {
  return (
    <section class="insight-panel weak">
      <h2>
        Weakest answers <What of="weak" />
      </h2>
      {weak.length === 0 ? (
        <p class="soft none-here">None in this time.</p>
      ) : (
        <table class="weak-table">
          <thead>
            <tr>
              <th scope="col">Question</th>
              <th scope="col">Weak answers</th>
              <th scope="col">Thumbs down</th>
              <th scope="col">Then asked for a person</th>
              <th scope="col">No answer</th>
            </tr>
          </thead>
          <tbody>
            {weak.map(({ key, question, count, down, ledToPerson, unknown }) => (
              <tr key={key}>
                <th scope="row">
                  <FigureLink look={look} figure="weak" question={key}>
                    {question}
                  </FigureLink>
                </th>
                <Count name="weak">{count}</Count>
                <Count name="down">{down}</Count>
                <Count name="to a person">{ledToPerson}</Count>
                <Count name="no answer">{unknown}</Count>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** @param name stands beside it where the table has no head */
const Count = ({ name, children }: { name: string; children: number }) => (
  <td class={children === 0 ? 'number zero' : 'number'} data-name={name}>
    {children.toLocaleString()}
  </td>
);
