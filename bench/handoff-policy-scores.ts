import { rounded } from './statistics.ts';

export const share = (part: number, of: number) => (of === 0 ? 0 : part / of);
export const percent = (value: number) => `${rounded(value * 100)} %`;

export interface Score {
  readonly positives: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** From what was taken and right, all that was taken, and all that should have been. */
export const scoreFrom = (hit: number, taken: number, positives: number): Score => ({
  positives,
  precision: share(hit, taken),
  recall: share(hit, positives),
  f1: share(2 * hit, taken + positives),
});

/** A score as cells of a table: positives, precision, recall, F1. */
export const cells = ({ positives, precision, recall, f1 }: Score) => [
  positives,
  rounded(precision),
  rounded(recall),
  rounded(f1),
];
