import { maxAnswerLength, type Source } from '../../../protocol/message.ts';
import { quickReplies, sourceOf } from '../../bots/pieces.ts';
import type { SystemCommand } from '../../domain/command.ts';
import type { MessageBody } from './shapes.ts';

type Said = Extract<SystemCommand, { name: 'bot:say' }>;
const maxSources = 10;

/**
 * What a bot's message says to the customer: its text, choices as quick replies, cards and articles as text with
 * links beside it. @returns null if there is nothing in it
 */
export function saidBy({
  content,
  content_type: kind,
  content_attributes: attributes,
}: MessageBody): Said | null {
  const items = attributes?.items ?? [];
  const isChoice = kind === 'input_select';
  const titles: string[] = [];
  const paragraphs = [content ?? ''];
  const links: [string | null | undefined, string | null | undefined][] = [];
  for (const { title, description, link, actions } of items) {
    if (isChoice) titles.push(title ?? '');
    else paragraphs.push([title && `**${title}**`, description].filter(Boolean).join('\n'));
    links.push([title, link]);
    for (const { type, text, uri } of actions ?? []) {
      if (type === 'postback') titles.push(text ?? '');
      else links.push([text ?? title, uri]);
    }
  }
  const text = paragraphs
    .filter((part) => part.trim() !== '')
    .join('\n\n')
    .slice(0, maxAnswerLength);
  if (text === '') return null;
  const sources: Source[] = links
    .flatMap(([title, url]) => sourceOf(title, url ?? ''))
    .flatMap((chunk) => (chunk.type === 'source' ? [chunk.source] : []))
    .slice(0, maxSources);
  const replies = quickReplies(titles).flatMap((chunk) =>
    chunk.type === 'quick_replies' ? chunk.replies : [],
  );
  return { name: 'bot:say', text, sources, replies };
}
