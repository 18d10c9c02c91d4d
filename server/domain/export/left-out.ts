import type { ExportContent, LeftOutReason } from '../../../protocol/exports.ts';
import type { FeedbackExportRow } from '../../../protocol/feedback.ts';
import type { FactExportRow } from './columns.ts';

/**
 * Why a row goes into no export, whatever its format; null if it may. The one place for it: every source asks here
 * before anything else sees the row.
 */
export function withheldBecause(row: FeedbackExportRow | FactExportRow): LeftOutReason | null {
  return row.doNotTrain ? 'do_not_train' : null;
}

export const leftOutWords: Readonly<Record<LeftOutReason, string>> = {
  do_not_train: 'the customer said that their words must not be used for training',
  no_question: 'a conversation rating, or feedback without a question, where the format needs one',
  no_better_answer: 'no agent said what the bot should have answered, or in the same words as the bot',
};

const guidanceWords = {
  guidance:
    'what people had approved (id, version, kind, score): an answer was given to the customer in its words, a hint told to the bot, for a person one was asked for; empty: the bot answered by itself',
  guidance_score: "how surely it was for the question, from the site's threshold on",
};

/** What the words in a manifest mean. */
export function definitionsOf(content: ExportContent): Record<string, string> {
  const common = {
    matched: 'rows that fitted the filter when the export began',
    read: 'rows that were there when they were read; fewer than matched if some were changed or erased meanwhile',
    written: 'rows in the file',
    ...leftOutWords,
    ...guidanceWords,
  };
  if (content === 'facts') {
    return {
      ...common,
      row: 'one fact of a conversation: everything that was said and done, notes among agents included',
    };
  }
  return {
    ...common,
    row: 'one answer feedback (a thumb on one bot answer) or one conversation rating (1 to 5)',
    chosen: "the better answer: an agent's words on what the bot should have said in this turn",
    rejected: 'what the bot did say',
    causes: 'why the bot failed in this conversation, as agents said when they ended their part',
  };
}
