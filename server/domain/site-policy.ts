import type { FirstTrait } from './harm.ts';
import { defaultThresholds, type Thresholds } from './policy/thresholds.ts';
import type { Topic } from './topics.ts';

/** What a site decides about its handoffs. */
export interface SitePolicy {
  /** When a person is suggested without having been asked for. */
  readonly thresholds: Thresholds;
  /** Whether the bot goes on answering while the customer waits for a person. */
  readonly isBotAskedWhileWaiting: boolean;
  /** A bot's promise of a person: `keep` asks for one at once, `correct` tells the customer that it was wrong. */
  readonly promises: 'keep' | 'correct';
  /** Which team answers for what; the first that fits counts. */
  readonly topics: readonly Topic[];
  /** Customers with one of these traits go before others. */
  readonly first: readonly FirstTrait[];
}

/** What a site has decided; what it has not stays the default. */
export interface PolicyChoices extends Partial<Omit<SitePolicy, 'thresholds'>> {
  readonly thresholds?: Partial<Thresholds>;
}

export const policyOf = ({ thresholds, ...choices }: PolicyChoices): SitePolicy => ({
  ...defaultPolicy,
  ...choices,
  thresholds: { ...defaultThresholds, ...thresholds },
});

export const defaultPolicy: SitePolicy = {
  thresholds: defaultThresholds,
  isBotAskedWhileWaiting: true,
  promises: 'keep',
  topics: [],
  first: [],
};
