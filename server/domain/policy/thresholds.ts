/**
 * What a site may set: when a person is offered without having been asked for. A count of 0 switches a rule off.
 * That a customer who asks gets a person is no threshold.
 *
 * Where a default comes from data, it says which; `npm run bench -- handoff-policy` prints the figures. The others are
 * judgement: an offer costs the customer nothing.
 */
export interface Thresholds {
  /** Answers in a row that failed (error, timeout). Count. */
  readonly failedAnswers: number;
  /** Answers in a row that were none: "I didn't understand", "I don't know", outcome `unknown`. Count. */
  readonly unsureAnswers: number;
  /** Times that the bot says again what it said within the turns that are known. Count. */
  readonly repeatedAnswers: number;
  /**
   * Share of words (0 to 1) that two answers have in common before they count as the same. From dbdc3: at 0.9, 27 % of
   * the repetitions are clear breakdowns (base rate 14 %), at 0.5 18 %.
   */
  readonly sameAnswer: number;
  /** Times that the customer asks the same again in other words. Count. */
  readonly rephrasings: number;
  /**
   * Share of content words (0 to 1) that two questions have in common before they count as the same. From banking77:
   * at 0.6, 20 % of the pairs with one intent and 0.3 % of the pairs with two; at 0.5, 31 % and 0.9 %.
   */
  readonly sameQuestion: number;
  /** Answers with a thumb down, among the turns that are known. Count. */
  readonly downvotes: number;
  /** Customer turns that show anger, in a row or not, among the turns that are known. Count. */
  readonly angryTurns: number;
}

export const defaultThresholds: Thresholds = {
  failedAnswers: 1,
  unsureAnswers: 1,
  repeatedAnswers: 1,
  sameAnswer: 0.9,
  rephrasings: 1,
  sameQuestion: 0.6,
  downvotes: 2,
  angryTurns: 1,
};
