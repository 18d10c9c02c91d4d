import { type Static, Type } from 'typebox';
import { GuidanceId, GuidanceKind, ProofVerdict, Version } from './guidance.ts';
import { exact, SiteKey, Time } from './ids.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const share = Type.Number({ minimum: 0, maximum: 1 });
const difference = Type.Number({ minimum: -1, maximum: 1 });

/** How often something happened, and between which shares it lies with 95 % (Wilson). */
export const ProofRate = exact({
  part: count('cases in which it happened'),
  of: count('cases in which it could'),
  low: share,
  high: share,
});
export type ProofRate = Static<typeof ProofRate>;

/** `intended`: it is what the guidance is for, and is not judged. */
export const MeasureVerdict = Type.Union([...ProofVerdict.anyOf, Type.Literal('intended')]);
export type MeasureVerdict = Static<typeof MeasureVerdict>;

/** One measure on both sides. The intervals of the three differences hold together with 95 % (Newcombe, Bonferroni). */
export const ProofMeasure = exact({
  before: ProofRate,
  after: ProofRate,
  difference: Type.Union([exact({ by: difference, low: difference, high: difference }), Type.Null()], {
    description: 'after minus before, as shares; null where a side has no case',
  }),
  verdict: MeasureVerdict,
});
export type ProofMeasure = Static<typeof ProofMeasure>;

const Span = exact({ from: Time, to: Time });

/** What one version changed on its topic, in one time that it was live without a break: docs/guidance.md. */
export const Proof = exact({
  stretch: Type.Integer({ minimum: 1, description: 'seq of the step that made it live' }),
  version: Version,
  kind: GuidanceKind,
  from: Time,
  until: Type.Union([Time, Type.Null()], { description: 'null: it is live, and has no end' }),
  windows: exact({ before: Span, after: Span }),
  cases: exact({
    before: count('on the topic, without those that it was made from'),
    after: count('on the topic'),
    given: count('of those after, with this version applied'),
    leftOut: count('before, as it was made from them'),
  }),
  sampled: Type.Number({ description: 'the share of customers that was looked at; 1: all' }),
  down: ProofMeasure,
  handed: ProofMeasure,
  back: ProofMeasure,
  verdict: ProofVerdict,
  measuredAt: Time,
  isFinal: Type.Boolean({ description: 'nothing about it changes any more' }),
});
export type Proof = Static<typeof Proof>;

export const GuidanceProofs = exact({
  proofs: Type.Array(Proof, { maxItems: 50, description: 'the newest stretch first' }),
  isMeasured: Type.Boolean({ description: 'false: what is live now has not been measured yet' }),
});
export type GuidanceProofs = Static<typeof GuidanceProofs>;

/** A proof as a row of the dashboards. */
export const GuidanceEffect = exact({
  id: GuidanceId,
  site: SiteKey,
  question: Type.String({ description: 'the first of its examples' }),
  proof: Proof,
});
export type GuidanceEffect = Static<typeof GuidanceEffect>;

export const GuidanceEffects = exact({
  effects: Type.Array(GuidanceEffect, { description: 'what got worse first, then by cases' }),
});
export type GuidanceEffects = Static<typeof GuidanceEffects>;
