import { plainText } from '../../browser/markdown.ts';
import type { AnswerItem, Transcript } from '../../browser/transcript.ts';
import type { ConversationText } from '../text/text.ts';
import { eventWords } from './EventLine.tsx';

/** A longer answer is announced by its first sentence: hearing it all is the listener's own choice. */
const longestSpoken = 500;

/** What came between two states of a conversation, in words to be spoken. The customer's own part is left out. */
export function newsOf(before: Transcript, after: Transcript, text: ConversationText): string[] {
  const known = new Map(before.items.map((item) => [item.seq, item]));
  return after.items.flatMap((item) => {
    const earlier = known.get(item.seq);
    if (earlier === item) return [];
    if (item.kind === 'answer') {
      const wasOver = earlier?.kind === 'answer' && earlier.state !== 'pending';
      if (wasOver) return [];
      if (item.state !== 'pending') return [`${text.assistant}: ${spokenAnswer(item, text)}`];
      return earlier === undefined ? [text.answering] : [];
    }
    if (earlier !== undefined) return [];
    if (item.kind === 'message') return item.by.kind === 'agent' ? [`${item.by.name}: ${item.text}`] : [];
    if (item.kind === 'event') return eventWords(item.fact, text, after.lastAgent?.name) ?? [];
    return [];
  });
}

function spokenAnswer(item: AnswerItem, text: ConversationText): string {
  if (item.state === 'failed') return item.failure === 'interrupted' ? text.interrupted : text.failed;
  const words = spoken(item.text, text);
  return item.state === 'unknown' ? `${words} ${text.unknown}` : words;
}

/** The words of a markdown text; of a long one the first sentence and how much more there is. */
export function spoken(markdown: string, text: ConversationText): string {
  const words = plainText(markdown);
  if (words.length <= longestSpoken) return words;
  const start = /^.{1,400}?[.!?…。](?=\s|$)/.exec(words)?.[0] ?? `${words.slice(0, 200)}…`;
  const rest = words.slice(start.length).split(/\s+/).filter(Boolean).length;
  return text.moreWords(start, rest);
}
