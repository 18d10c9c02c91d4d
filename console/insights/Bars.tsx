import { Changed } from './Changed.tsx';
import { FigureLink } from './FigureLink.tsx';
import { countChange, type FigureName } from './figure-words.ts';
import type { Look } from './range.ts';
import { What } from './What.tsx';

interface Bar {
  readonly key: string;
  readonly name: string;
  readonly count: number;
  /** In the range before; null where that is not told. */
  readonly before: number | null;
  readonly look: Look;
  readonly figure: string;
}

/** Counts as bars, in a table: it is its own table. */
export function Bars(props: { title: string; figure: FigureName; rows: readonly Bar[] }) {
  const { title, figure, rows } = props;
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="insight-panel">
      <h2>
        {title} <What of={figure} />
      </h2>
      {rows.length === 0 ? (
        <p class="soft none-here">None in this time.</p>
      ) : (
        <table class="bars">
          <thead class="hidden">
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Count</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, name, count, before, look, figure }) => (
              <tr key={key}>
                <th scope="row">
                  <FigureLink look={look} figure={figure}>
                    {name}
                  </FigureLink>
                  <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={(100 * count) / most} height="1" />
                  </svg>
                </th>
                <td class="number">
                  {count.toLocaleString()}
                  <span class="soft"> {Math.round((100 * count) / all)} %</span>
                </td>
                {before !== null && <ChangeCell count={count} before={before} />}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Empty where there are too few to compare: said in every row it would be all that is read. */
function ChangeCell({ count, before }: { count: number; before: number }) {
  const change = countChange(count, before);
  return (
    <td class="number">
      {change !== null && <Changed change={change} good={null} before={before.toLocaleString()} />}
    </td>
  );
}
