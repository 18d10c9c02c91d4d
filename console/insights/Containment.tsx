import { Changed } from './Changed.tsx';
import { FigureLink } from './FigureLink.tsx';
import { shareChange, shareWords } from './figure-words.ts';
import type { Shown } from './shown.ts';
import { TimeChart } from './TimeChart.tsx';
import { What } from './What.tsx';

/** Containment and false containment side by side: the one is worth little without the other. */
export function Containment(shown: Shown) {
  const { told, look } = shown;
  const { now, earlier } = told;
  const containment = (of: typeof now) => ({ part: of.contained, of: of.contained + of.handed });
  const falseShare = (of: typeof now) => ({ part: of.falselyContained.all, of: of.contained });
  return (
    <section class="insight-panel containment" aria-labelledby="containment-title">
      <h2 id="containment-title" class="hidden">
        Containment
      </h2>
      <div class="pair">
        <div class="big">
          <p class="big-name">
            <span class="swatch contained" aria-hidden="true" /> Contained <What of="contained" />
          </p>
          <p class="big-value">
            <FigureLink look={look} figure="contained">
              {shareWords(containment(now))}
            </FigureLink>
          </p>
          <Changed
            change={shareChange(containment(now), containment(earlier))}
            good={null}
            before={shareWords(containment(earlier))}
          />
          <p class="soft small">
            {now.contained.toLocaleString()} without a person,{' '}
            <FigureLink look={look} figure="handed">
              {now.handed.toLocaleString()} to people
            </FigureLink>
            {now.open > 0 && (
              <>
                ,{' '}
                <FigureLink look={look} figure="open">
                  {now.open.toLocaleString()} still open
                </FigureLink>
              </>
            )}
          </p>
        </div>
        <div class="big">
          <p class="big-name">
            <span class="swatch false" aria-hidden="true" /> Of these falsely <What of="false" />
          </p>
          <p class="big-value">
            <FigureLink look={look} figure="false">
              {shareWords(falseShare(now))}
            </FigureLink>
          </p>
          <Changed
            change={shareChange(falseShare(now), falseShare(earlier))}
            good="down"
            before={shareWords(falseShare(earlier))}
          />
          <p class="soft small">
            <FigureLink look={look} figure="false.down">
              {now.falselyContained.down.toLocaleString()} with a thumb down
            </FigureLink>
            ,{' '}
            <FigureLink look={look} figure="false.back">
              {now.falselyContained.back.toLocaleString()} back within 72 h
            </FigureLink>
          </p>
        </div>
      </div>
      <TimeChart {...shown} />
    </section>
  );
}
