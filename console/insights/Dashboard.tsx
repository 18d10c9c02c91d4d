import type { WeakQuestion } from '../../protocol/insights.ts';
import type { GuidanceEffect } from '../../protocol/proof.ts';
import { Effects } from '../proof/Effects.tsx';
import { languageName } from '../shared/words.ts';
import { Bars } from './Bars.tsx';
import { Containment } from './Containment.tsx';
import { partName } from './figure-words.ts';
import { Ratings } from './Ratings.tsx';
import type { Shown } from './shown.ts';
import { Tiles } from './Tiles.tsx';
import { WeakList } from './WeakList.tsx';

/** All figures of one look. */
export function Dashboard({
  weak,
  effects,
  ...shown
}: Shown & { weak: readonly WeakQuestion[]; effects: readonly GuidanceEffect[] | null }) {
  const { told, look } = shown;
  const { now, earlier } = told;
  if (now.visits === 0) {
    return (
      <div class="nothing">
        <p>No conversation began in this time.</p>
        <p class="soft">
          {told.isReading
            ? 'Past ones are being read.'
            : 'Choose other days, or wait for the first customer.'}
        </p>
      </div>
    );
  }
  const of = (figure: string) => ({ look, figure });
  const reasons = (figure: 'handoffs' | 'missed' | 'down' | 'causes') => {
    const [rows, before] =
      figure === 'down'
        ? [now.answers.downReasons, earlier.answers.downReasons]
        : figure === 'causes'
          ? [now.causes, earlier.causes]
          : [now[figure].reasons, earlier[figure].reasons];
    return rows.map(({ key, count }) => ({
      key,
      name: partName(figure, key),
      count,
      before: before.find((one) => one.key === key)?.count ?? 0,
      ...of(`${figure}.${key}`),
    }));
  };
  const slices = (by: 'languages' | 'topics') =>
    told[by]
      .filter(({ handoffs }) => handoffs > 0)
      .map(({ key, handoffs }) => ({
        key,
        name:
          key === ''
            ? by === 'topics'
              ? 'None recognised'
              : 'Not known'
            : by === 'topics'
              ? key
              : languageName(key),
        count: handoffs,
        before: null,
        look: { ...look, [by === 'topics' ? 'topic' : 'language']: key },
        figure: 'handoffs',
      }))
      .sort((one, other) => other.count - one.count);
  return (
    <>
      <Containment {...shown} />
      <Tiles {...shown} />
      <div class="insight-panels">
        <Bars title="Handoffs by reason" figure="handoffs" rows={reasons('handoffs')} />
        <Bars title="Handoffs by topic" figure="handoffs" rows={slices('topics')} />
        <Bars title="Handoffs by language" figure="handoffs" rows={slices('languages')} />
        <Bars title="Missed handoffs, by the first sign" figure="missed" rows={reasons('missed')} />
        <Ratings {...shown} />
        <Bars title="Why answers were bad" figure="down" rows={reasons('down')} />
        <Bars title="Why the bot failed, by agents" figure="causes" rows={reasons('causes')} />
        <WeakList weak={weak} look={look} />
        {effects !== null && <Effects effects={effects} look={look} />}
      </div>
    </>
  );
}
