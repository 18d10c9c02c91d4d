import type { FeedbackExportRow } from '../../../protocol/feedback.ts';
import { betterThan, type Exchange } from './dialogue.ts';

export interface PromptfooAssertion {
  readonly type: 'rouge-n' | 'not-equals';
  readonly value: string;
  readonly threshold?: number;
}

/** A test case as promptfoo's configuration has it. */
export interface PromptfooTest {
  readonly description: string;
  readonly vars: { readonly question: string };
  readonly assert: readonly PromptfooAssertion[];
  readonly metadata: { readonly id: string; readonly conversation: string; readonly verdict: string };
}

/** How much of the right answer must be there, by words in order: a paraphrase passes, another answer does not. */
export const likeness = 0.4;

/**
 * A question that the bot must get right from now on: like the better answer if there is one, else like the answer that
 * was liked, and never again the one that was not.
 */
export function promptfooTest(row: FeedbackExportRow, exchange: Exchange): PromptfooTest {
  const better = betterThan(exchange, row);
  const good = better ?? (row.verdict === 'up' ? exchange.answer : null);
  const isBad = row.verdict === 'down' || better !== null;
  return {
    description: `${row.verdict === 'up' ? 'Liked' : 'Disliked'} answer ${row.id}`,
    vars: { question: inert(exchange.question) },
    assert: [
      ...(good === null ? [] : [{ type: 'rouge-n' as const, value: inert(good), threshold: likeness }]),
      ...(isBad ? [{ type: 'not-equals' as const, value: inert(exchange.answer) }] : []),
    ],
    metadata: { id: row.id, conversation: row.conversationId, verdict: row.verdict ?? '' },
  };
}

/**
 * Text from outside is data: promptfoo would fill in templates, and load the file or package that a value names. Each
 * mark of a template becomes a template that prints it; in front of a name goes a space, printed by one
 * as well: promptfoo trims what stands in a CSV before it looks for names.
 */
const inert = (text: string): string =>
  text
    .replace(/\{[{%#]|#\}/g, (mark) => `{{ "${mark}" }}`)
    .replace(/^\s*(?=(?:file|package|python|javascript|exec|https?):)/i, '{{ " " }}');
