import type { BotChunk } from '../../protocol/bot.ts';

const maxQuickReplies = 6;
const maxTitleLength = 80;
const maxReasonLength = 500;

/** A title as it stands on a button: cut where it is too long for one. */
export const titleOf = (text: string) => text.trim().slice(0, maxTitleLength).trim();

/** Foreign choices as quick replies: the first six that have a title, each once. */
export function quickReplies(titles: readonly string[]): BotChunk[] {
  const replies = [...new Set(titles.map(titleOf))].filter((title) => title !== '').slice(0, maxQuickReplies);
  return replies.length === 0 ? [] : [{ type: 'quick_replies', replies }];
}

/** A link beside the answer. What is no http or https address, or too long for one, is left out. */
export function sourceOf(title: string | null | undefined, url: string): BotChunk[] {
  const address = url.length <= 2_000 ? URL.parse(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) return [];
  const name = title?.trim() || decodedName(address) || address.host;
  return [{ type: 'source', source: { title: name.slice(0, 200), url } }];
}

const decodedName = ({ pathname }: URL): string => {
  const name = pathname.split('/').findLast((part) => part !== '') ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};

/** A wish for a person. The reason may be a text, an object that holds one, or anything else, which agents then see. */
export function handoffOf(value: unknown): BotChunk {
  return { type: 'handoff', reason: reasonOf(value).slice(0, maxReasonLength) };
}

function reasonOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'object' || value === null) return '';
  if ('reason' in value && typeof value.reason === 'string') return value.reason.trim();
  return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
}

/** Puts texts that come one by one below each other, as paragraphs of one answer. */
export function createParagraphs(): (text: string | null | undefined) => BotChunk[] {
  let isFirst = true;
  return (text) => {
    if (text === null || text === undefined || text.trim() === '') return [];
    const piece = isFirst ? text : `\n\n${text}`;
    isFirst = false;
    return [{ type: 'text', text: piece }];
  };
}
