import type { Fact, FactType } from '../../protocol/conversation.ts';
import type { TranscriptLine } from '../../protocol/message.ts';

/** The facts of which `transcriptLine` makes something. */
export const saidTypes = ['message.sent', 'answer.ended', 'transcript.shared'] as const satisfies FactType[];

/** What a fact says in a transcript for bots and exports: one line, several if it was shared by the page, or none. */
export function transcriptLine(fact: Fact): TranscriptLine[] {
  if (fact.type === 'message.sent' && (fact.by.kind === 'customer' || fact.by.kind === 'agent')) {
    return [{ author: fact.by.kind, text: fact.text, at: fact.at }];
  }
  if (fact.type === 'answer.ended' && fact.text !== '')
    return [{ author: 'bot', text: fact.text, at: fact.at }];
  if (fact.type === 'transcript.shared') return fact.lines.map((line) => ({ at: fact.at, ...line }));
  return [];
}
