import type { InsightRules } from '../store/insights-reader.ts';
import type { Site } from '../store/sites.ts';

/** The calendar of a site without opening hours. */
const zoneByDefault = 'UTC';

/** What a site's figures depend on; of a site that has been added just now, what a new one has. */
export const rulesFor = (site: Pick<Site, 'hours' | 'policy'> | null): InsightRules => ({
  zone: site?.hours.everyone?.zone ?? zoneByDefault,
  topics: site?.policy.topics ?? [],
});
