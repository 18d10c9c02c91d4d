import type { Insights } from '../../protocol/insights.ts';
import type { Look } from './range.ts';

/** What the parts of the dashboards draw. */
export interface Shown {
  readonly told: Insights;
  readonly look: Look;
  /** Charts as tables. */
  readonly isTable: boolean;
}
