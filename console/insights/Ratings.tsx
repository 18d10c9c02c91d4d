import { FigureLink } from './FigureLink.tsx';
import type { Shown } from './shown.ts';
import { What } from './What.tsx';

const kinds = [
  { key: 'bot', name: 'Bot alone' },
  { key: 'people', name: 'With people' },
] as const;

/** Ratings of the bot alone and of conversations with people, as shares of each: their numbers differ much. */
export function Ratings({ told, look }: Shown) {
  const { ratings } = told.now;
  const shares = kinds.map(({ key, name }) => {
    const all = ratings[key].reduce((sum, one) => sum + one, 0);
    return { key, name, all, stars: ratings[key] };
  });
  return (
    <section class="insight-panel">
      <h2>
        Ratings <What of="rated.people" />
      </h2>
      {shares.every(({ all }) => all === 0) ? (
        <p class="soft none-here">None in this time.</p>
      ) : (
        <table class="bars ratings">
          <thead>
            <tr>
              <th scope="col">Of 5</th>
              {shares.map(({ key, name, all }) => (
                <th key={key} scope="col" class="soft">
                  {name} <span class="number">{all.toLocaleString()}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[5, 4, 3, 2, 1].map((stars) => (
              <tr key={stars}>
                <th scope="row">{stars}</th>
                {shares.map(({ key, all, stars: counts }) => {
                  const count = counts[stars - 1] ?? 0;
                  return (
                    <td key={key}>
                      <svg
                        class={`bar ${key}`}
                        viewBox="0 0 100 1"
                        preserveAspectRatio="none"
                        aria-hidden="true"
                      >
                        <rect width={all === 0 ? 0 : (100 * count) / all} height="1" />
                      </svg>
                      {count === 0 ? (
                        <span class="soft">0</span>
                      ) : (
                        <FigureLink look={look} figure={`rated.${key}.${stars}`}>
                          {count.toLocaleString()}
                        </FigureLink>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
