import type { Figures } from '../../protocol/insights.ts';
import { count } from '../shared/words.ts';
import { Changed } from './Changed.tsx';
import { FigureLink } from './FigureLink.tsx';
import {
  type Change,
  countChange,
  definitions,
  type FigureName,
  meanChange,
  meanOf,
  shareChange,
  shareWords,
  waitWords,
} from './figure-words.ts';
import type { Look } from './range.ts';
import type { Shown } from './shown.ts';
import { What } from './What.tsx';

interface TileOf {
  readonly of: FigureName;
  readonly value: string;
  readonly change: Change | null;
  readonly before: string;
  readonly good: 'up' | 'down' | null;
  readonly about: string;
}

/** The figures of a range, each with what it was in the range before. */
export function Tiles({ told, look }: Shown) {
  const { now, earlier, promises } = told;
  const tiles = [
    counted('visits', now.visits, earlier.visits, null, ''),
    counted(
      'handoffs',
      now.handoffs.all,
      earlier.handoffs.all,
      null,
      `${count(now.person, 'conversation')} with a person`,
    ),
    shared(
      'missed',
      ({ missed, visits }) => ({ part: missed.all, of: visits }),
      now,
      earlier,
      'down',
      `${now.missed.all.toLocaleString()} of ${count(now.visits, 'conversation')}`,
    ),
    waited(now, earlier),
    shared(
      'left',
      ({ left, waits }) => ({ part: left, of: left + waits.all }),
      now,
      earlier,
      'down',
      `${count(now.left, 'customer')} did not wait`,
    ),
    ...(promises === null
      ? []
      : [
          {
            of: 'promises' as const,
            ...shareTile(
              { part: promises.now.kept, of: promises.now.kept + promises.now.missed },
              { part: promises.earlier.kept, of: promises.earlier.kept + promises.earlier.missed },
            ),
            good: 'up' as const,
            about: promises.now.missed === 0 ? '' : `${promises.now.missed.toLocaleString()} missed`,
          },
        ]),
    shared(
      'down',
      ({ answers: { up, down } }) => ({ part: down, of: up + down }),
      now,
      earlier,
      'down',
      `of ${count(now.answers.up + now.answers.down, 'thumb')}`,
    ),
    shared(
      'unknown',
      ({ answers: { all, unknown } }) => ({ part: unknown, of: all }),
      now,
      earlier,
      'down',
      `of ${count(now.answers.all, 'answer')}`,
    ),
    shared(
      'failed',
      ({ answers: { all, failed } }) => ({ part: failed, of: all }),
      now,
      earlier,
      'down',
      `of ${count(now.answers.all, 'answer')}`,
    ),
    rated('rated.bot', now.ratings.bot, earlier.ratings.bot),
    rated('rated.people', now.ratings.people, earlier.ratings.people),
  ];
  return (
    <ul class="tiles">
      {tiles.map((tile) => (
        <Tile key={tile.of} {...tile} look={look} />
      ))}
    </ul>
  );
}

function Tile({ of, value, change, before, good, about, look }: TileOf & { look: Look }) {
  const { name } = definitions[of];
  return (
    <li class="tile">
      <p class="tile-name">
        {name} <What of={of} />
      </p>
      <p class="tile-value">
        {of === 'promises' || value === 'none' ? (
          value
        ) : (
          <FigureLink look={look} figure={of} label={`${name}: ${value}. Open the conversations`}>
            {value}
          </FigureLink>
        )}
      </p>
      <Changed change={change} good={good} before={before} />
      {about !== '' && <p class="soft small">{about}</p>}
    </li>
  );
}

const counted = (
  of: FigureName,
  now: number,
  before: number,
  good: TileOf['good'],
  about: string,
): TileOf => ({
  of,
  value: now.toLocaleString(),
  change: countChange(now, before),
  before: before.toLocaleString(),
  good,
  about,
});

type ShareOf = (figures: Figures) => { part: number; of: number };
const shareTile = (now: ReturnType<ShareOf>, before: ReturnType<ShareOf>) => ({
  value: shareWords(now),
  change: shareChange(now, before),
  before: shareWords(before),
});
const shared = (
  of: FigureName,
  share: ShareOf,
  now: Figures,
  before: Figures,
  good: TileOf['good'],
  about: string,
): TileOf => ({ of, ...shareTile(share(now), share(before)), good, about });

const waited = ({ waits }: Figures, { waits: before }: Figures): TileOf => ({
  of: 'waits',
  value: waitWords(waits.p50Ms),
  change: waits.p50Ms === null || before.all < 20 ? null : countChange(waits.p50Ms, before.p50Ms ?? 0),
  before: waitWords(before.p50Ms),
  good: 'down',
  about: waits.p90Ms === null ? '' : `9 of 10 within ${waitWords(waits.p90Ms)}`,
});

function rated(of: 'rated.bot' | 'rated.people', now: readonly number[], before: readonly number[]): TileOf {
  const [mean, was] = [meanOf(now), meanOf(before)];
  return {
    of,
    value: mean.count === 0 ? 'none' : `${mean.mean.toFixed(1)} of 5`,
    change: meanChange(mean, was),
    before: was.count === 0 ? 'none' : was.mean.toFixed(1),
    good: 'up',
    about: count(mean.count, 'rating'),
  };
}
