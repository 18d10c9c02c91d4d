import { useSignal } from '@preact/signals';
import { scrollable } from '../shared/scrollable.ts';
import { FigureLink } from './FigureLink.tsx';
import { daysLater, dayWords, rangeWords } from './range.ts';
import type { Shown } from './shown.ts';

/** A bar's parts, from the bottom up. */
const parts = [
  { key: 'good', name: 'Contained' },
  { key: 'false', name: 'Falsely contained' },
  { key: 'handed', name: 'To people' },
  { key: 'open', name: 'Open' },
] as const;

/** How conversations ended over time, as stacked bars; or the same as a table. */
export function TimeChart({ told, look, isTable }: Shown) {
  const { days, counts } = told.pieces;
  const at = useSignal<number | null>(null);
  const pieces = counts.map(({ from, visits, contained, falselyContained, handed, missed }) => {
    const last = daysLater(from, days - 1);
    const isCutShort = last > look.to;
    return {
      range: { from, to: isCutShort ? look.to : last },
      visits,
      missed,
      good: contained - falselyContained,
      false: falselyContained,
      handed,
      open: Math.max(0, visits - contained - handed),
    };
  });
  const top = niceTop(Math.max(1, ...pieces.map(({ visits }) => visits)));
  const named = at.value === null ? undefined : pieces[at.value];
  const per = days === 1 ? 'day' : days === 7 ? 'week' : `${days} days`;

  if (isTable) {
    return (
      <section class="chart-table" aria-label={`Conversations by ${per}`} {...scrollable}>
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Conversations</th>
              {parts.map(({ key, name }) => (
                <th key={key} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col">Missed handoffs</th>
            </tr>
          </thead>
          <tbody>
            {pieces.toReversed().map((piece) => {
              const there = { ...look, ...piece.range };
              const cell = (figure: string, count: number) => (
                <td>
                  {count === 0 ? (
                    '0'
                  ) : (
                    <FigureLink look={there} figure={figure}>
                      {count.toLocaleString()}
                    </FigureLink>
                  )}
                </td>
              );
              return (
                <tr key={piece.range.from}>
                  <th scope="row">{dayWords(piece.range.from)}</th>
                  {cell('visits', piece.visits)}
                  <td>{piece.good.toLocaleString()}</td>
                  {cell('false', piece.false)}
                  {cell('handed', piece.handed)}
                  {cell('open', piece.open)}
                  {cell('missed', piece.missed)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    );
  }

  const width = 100 / pieces.length;
  return (
    <figure class="time-chart">
      <figcaption class="chart-legend">
        {named === undefined
          ? parts.map(({ key, name }) => (
              <span key={key}>
                <span class={`swatch ${key}`} aria-hidden="true" /> {name}
              </span>
            ))
          : [
              <b key="range">{rangeWords(named.range)}</b>,
              ...parts.map(({ key, name }) => (
                <span key={key}>
                  <span class={`swatch ${key}`} aria-hidden="true" /> {name}{' '}
                  <b>{named[key].toLocaleString()}</b>
                </span>
              )),
            ]}
      </figcaption>
      <div class="chart-area">
        <span class="axis-top soft" aria-hidden="true">
          {top.toLocaleString()}
        </span>
        <svg
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          role="img"
          aria-label={`Conversations by ${per}, how each ended; T shows them as a table`}
          onPointerMove={({ currentTarget, clientX }) => {
            const { left, width } = currentTarget.getBoundingClientRect();
            const index = Math.floor(((clientX - left) / width) * pieces.length);
            at.value = Math.max(0, Math.min(pieces.length - 1, index));
          }}
          onPointerLeave={() => {
            at.value = null;
          }}
        >
          <line class="grid" x1="0" x2="100" y1="0.4" y2="0.4" />
          <line class="grid" x1="0" x2="100" y1="50" y2="50" />
          {pieces.map((piece, index) => {
            let y = 100;
            return (
              <g key={piece.range.from} class={at.value === index ? 'piece named' : 'piece'}>
                <rect class="hit" x={index * width} y="0" width={width} height="100" />
                {parts.map(({ key }) => {
                  const height = (100 * piece[key]) / top;
                  y -= height;
                  return (
                    <rect
                      key={key}
                      class={key}
                      x={(index + 0.12) * width}
                      y={y}
                      width={width * 0.76}
                      height={height}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>
        <span class="axis-days soft" aria-hidden="true">
          <span>{dayWords(look.from)}</span>
          <span>by {per}</span>
          <span>{dayWords(look.to)}</span>
        </span>
      </div>
    </figure>
  );
}

/** The next number above that is easy to read. */
function niceTop(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most));
  // Halves of one would be no conversations.
  if (unit === 1) return Math.max(2, most);
  return ([1, 1.5, 2, 3, 4, 5, 7.5].find((factor) => factor * unit >= most) ?? 10) * unit;
}
