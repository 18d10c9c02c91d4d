import type { Reachability, WaitRange } from '../../../protocol/handoff.ts';
import { hoursOf, isOpen, nextOpening } from '../../domain/hours.ts';
import { waitRangeOf } from '../../domain/wait-range.ts';
import type { Site } from '../../store/sites.ts';
import type { Store } from '../../store/store.ts';

/**
 * Every page that shows the chat may ask, without a customer: the database is asked once in this time for a site,
 * however many do.
 */
const keptMs = 5_000;

/** The share of promises that were kept changes slowly. */
const shareKeptMs = 5 * 60_000;
/** It is that of the promises made in this time. */
const shareOfMs = 30 * 24 * 60 * 60_000;
/** Fewer than this say nothing about a team. */
const leastEnded = 20;

interface People {
  readonly isAnyoneOnline: boolean;
  readonly wait: WaitRange | null;
}

/** Tells whether a person can be reached at a site, before anybody has asked for one. */
export function createReachability(store: Pick<Store, 'agents' | 'queueHistory' | 'promises'>) {
  const kept = new Map<string, { readonly until: number; readonly people: Promise<People> }>();

  const read = async (siteId: string, now: number): Promise<People> => {
    const [isAnyoneOnline, waits] = await Promise.all([
      store.agents.isAnyoneOnline(siteId, now),
      store.queueHistory.recentWaits(siteId),
    ]);
    return { isAnyoneOnline, wait: waitRangeOf(waits) };
  };

  const peopleAt = (siteId: string, now: number): Promise<People> => {
    const known = kept.get(siteId);
    if (known !== undefined && known.until > now) return known.people;
    const people = read(siteId, now);
    const entry = { until: now + keptMs, people };
    kept.set(siteId, entry);
    // The next one asks again; whoever waits for this one is told of the failure.
    people.catch(() => {
      if (kept.get(siteId) === entry) kept.delete(siteId);
    });
    return people;
  };

  const shares = new Map<string, { readonly until: number; readonly share: Promise<number | null> }>();
  const readShare = async (siteId: string, now: number): Promise<number | null> => {
    const { kept, missed, keptShare } = await store.promises.rate([siteId], now - shareOfMs, now);
    return kept + missed < leastEnded ? null : keptShare;
  };
  const shareAt = (siteId: string, now: number): Promise<number | null> => {
    const known = shares.get(siteId);
    if (known !== undefined && known.until > now) return known.share;
    const share = readShare(siteId, now);
    const entry = { until: now + shareKeptMs, share };
    shares.set(siteId, entry);
    share.catch(() => {
      if (shares.get(siteId) === entry) shares.delete(siteId);
    });
    return share;
  };

  /**
   * @param team null: a customer of no team; one without hours of its own has the site's
   * @param now epoch ms
   */
  return async (site: Site, team: string | null, now: number): Promise<Reachability> => {
    const [{ isAnyoneOnline, wait }, keptShare] = await Promise.all([
      peopleAt(site.id, now),
      site.promises.showsRate ? shareAt(site.id, now) : null,
    ]);
    const hours = hoursOf(site.hours, team);
    const isOpenNow = hours === null || isOpen(hours, now);
    return {
      isOpen: isOpenNow,
      isAnyoneOnline,
      opensAt: hours === null || isOpenNow ? null : nextOpening(hours, now),
      // How long others waited while people were there says nothing of a night.
      wait: isOpenNow && isAnyoneOnline ? wait : null,
      ...(keptShare === null ? {} : { keptShare }),
    };
  };
}
