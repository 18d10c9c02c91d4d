import type { Fact } from '../../protocol/conversation.ts';
import type { FeedbackAbout, FeedbackRules, ReceiptStatus, ReviewStatus } from '../../protocol/feedback.ts';

/** What has become of a feedback of a conversation. */
export interface Receipt {
  readonly about: FeedbackAbout;
  readonly status: ReceiptStatus;
  /** Nothing may learn from it. */
  readonly doNotTrain?: true;
}

export const defaultFeedbackRules: FeedbackRules = { consent: '', doNotTrain: false, mayChoose: true };

/**
 * received -> looked at -> changed
 *                       -> not changed -> changed
 *
 * Looking need not be said by itself. What was changed stays so: the customer has been told.
 */
const moves: Readonly<Record<ReceiptStatus, readonly ReviewStatus[]>> = {
  received: ['looked_at', 'changed', 'not_changed'],
  looked_at: ['changed', 'not_changed'],
  not_changed: ['changed'],
  changed: [],
};
export const mayMove = (from: ReceiptStatus, to: ReviewStatus): boolean => moves[from].includes(to);

export const receiptOf = (receipts: readonly Receipt[], about: FeedbackAbout): Receipt | undefined =>
  receipts.find((receipt) => receipt.about === about);

/** What a fact makes of one feedback; null: it was taken back. Undefined: it is about none. */
function madeBy(receipts: readonly Receipt[], fact: Fact): Receipt | null | undefined {
  const about = aboutOf(fact);
  if (about === undefined) return undefined;
  const before = receiptOf(receipts, about);
  if (fact.type === 'feedback.reviewed')
    return before === undefined ? undefined : { ...before, status: fact.status };
  if (fact.type === 'feedback.given' && fact.verdict === 'none') return null;
  // More words keep their place; what comes after the end is something new.
  const status = before?.status === 'looked_at' ? 'looked_at' : 'received';
  const choice = 'doNotTrain' in fact ? ({ doNotTrain: true } as const) : {};
  return { about, status, ...choice };
}

/** Which feedback a fact gives, takes back or reviews. */
function aboutOf(fact: Fact): FeedbackAbout | undefined {
  switch (fact.type) {
    case 'feedback.given':
      return fact.turn;
    case 'conversation.rated':
      return 'conversation';
    case 'handoff.rated':
      return 'handoff';
    case 'feedback.reviewed':
      return fact.about;
    default:
      return undefined;
  }
}

/** The receipts after one more fact, in the order in which they were first given. The same list where nothing changes. */
export function receiptsAfter(receipts: readonly Receipt[], fact: Fact): readonly Receipt[] {
  const made = madeBy(receipts, fact);
  if (made === undefined) return receipts;
  const about = aboutOf(fact);
  if (made === null) return receipts.filter((receipt) => receipt.about !== about);
  return receiptOf(receipts, made.about) === undefined
    ? [...receipts, made]
    : receipts.map((receipt) => (receipt.about === made.about ? made : receipt));
}

/** A line of the ledger of receipts. `isNew`: it begins, maybe anew. `receipt` null: it was taken back. */
export interface ReceiptChange {
  readonly about: FeedbackAbout;
  readonly receipt: Receipt | null;
  readonly isNew: boolean;
  readonly at: number;
  /** Of a review. */
  readonly word: string | null;
}

/** What these facts change in the ledger. */
export function receiptChanges(before: readonly Receipt[], facts: readonly Fact[]): ReceiptChange[] {
  const changes: ReceiptChange[] = [];
  let receipts = before;
  for (const fact of facts) {
    const receipt = madeBy(receipts, fact);
    const about = aboutOf(fact);
    if (receipt !== undefined && about !== undefined) {
      const earlier = receiptOf(receipts, about);
      const isNew =
        receipt !== null &&
        receipt.status === 'received' &&
        (earlier === undefined || earlier.status !== 'received');
      const word = fact.type === 'feedback.reviewed' ? fact.word : null;
      changes.push({ about, receipt, isNew, at: fact.at, word });
    }
    receipts = receiptsAfter(receipts, fact);
  }
  return changes;
}

/**
 * Whether nothing may learn from a feedback: the customer's choice where they have one, of now or of the last time on
 * the same matter; else what the site has settled.
 */
export function trainingChoice(
  receipts: readonly Receipt[],
  about: FeedbackAbout | null,
  chosen: boolean | undefined,
  rules: FeedbackRules,
): { doNotTrain?: true } {
  const before = about === null ? undefined : receiptOf(receipts, about);
  const earlier = before === undefined ? rules.doNotTrain : before.doNotTrain === true;
  const isOut = rules.mayChoose ? (chosen ?? earlier) : rules.doNotTrain;
  return isOut ? { doNotTrain: true } : {};
}
