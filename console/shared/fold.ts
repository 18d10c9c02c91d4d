import type { TranscriptItem } from '../../browser/transcript.ts';

/** Lines of the bot's part that went well, from one index up to another. */
export interface Fold {
  readonly from: number;
  readonly until: number;
  readonly answers: number;
}

/** Fewer lines are no shorter folded. */
const fewest = 4;

/**
 * What an agent need not read first: questions and answers before a person was asked for, as far as no answer failed,
 * was unknown or marked down. The last question stays: it is why they are here.
 */
export function foldsOf(items: readonly TranscriptItem[]): Fold[] {
  const end = items.findLastIndex((item) => item.kind === 'event' && item.fact.type === 'handoff.requested');
  const lastQuestion = items.findLastIndex(
    (item, index) => index < end && item.kind === 'message' && item.by.kind === 'customer',
  );
  const bad = new Set(
    items.flatMap((item) => (item.kind === 'answer' && hasFailed(item) ? [item.seq, item.question] : [])),
  );
  const folds: Fold[] = [];
  let from = 0;
  for (let index = 0; index <= lastQuestion; index += 1) {
    const item = items[index];
    const isQuiet =
      item !== undefined &&
      index < lastQuestion &&
      !bad.has(item.seq) &&
      (item.kind === 'answer' || (item.kind === 'message' && item.by.kind === 'customer'));
    if (isQuiet) continue;
    const answers = items.slice(from, index).filter(({ kind }) => kind === 'answer').length;
    if (index - from >= fewest) folds.push({ from, until: index, answers });
    from = index + 1;
  }
  return folds;
}

/** Whether somebody should look at this answer: the bot or the customer says so. */
export function hasFailed(item: TranscriptItem): boolean {
  if (item.kind !== 'answer') return false;
  const isBad = item.state === 'failed' || item.state === 'unknown' || item.feedback?.verdict === 'down';
  return isBad || item.better !== undefined;
}
