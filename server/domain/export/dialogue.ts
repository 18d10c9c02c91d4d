import type { FeedbackExportRow } from '../../../protocol/feedback.ts';

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** An answer with what led to it. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
  /** What was said before, and the question as its last message. */
  readonly prompt: readonly ChatMessage[];
}

/** Of what was said before, at most so many lines: a model learns from the question, not from the day. */
const mostBefore = 20;

/** The exchange that a row is about; null for a rating, or without words on either side. */
export function exchangeOf({ question, answer, transcript }: FeedbackExportRow): Exchange | null {
  if (question === null || answer === null || question.trim() === '' || answer.trim() === '') return null;
  const at = transcript.findIndex((line) => line.author === 'bot' && line.text === answer);
  const asked = transcript
    .slice(0, Math.max(0, at))
    .findLastIndex((line) => line.author === 'customer' && line.text === question);
  const before = transcript.slice(Math.max(0, asked - mostBefore), Math.max(0, asked)).map(
    (line): ChatMessage => ({
      role: line.author === 'customer' ? 'user' : 'assistant',
      content: line.text,
    }),
  );
  // A model is asked by a person first.
  const first = before.findIndex(({ role }) => role === 'user');
  const prompt = first < 0 ? [] : before.slice(first);
  return { question, answer, prompt: [...prompt, { role: 'user', content: question }] };
}

/** What an agent said instead; null where nobody did, or said the same. */
export function betterThan({ answer }: Exchange, { betterAnswer }: FeedbackExportRow): string | null {
  const better = betterAnswer?.trim() ?? '';
  return better === '' || better === answer.trim() ? null : better;
}
