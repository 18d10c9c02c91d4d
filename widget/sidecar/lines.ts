import type { SharedLine } from '../../protocol/message.ts';

/** As the protocol has them; the bytes leave room in a packet of 64 KiB for what is around the lines. */
const maxLines = 40;
const maxText = 4_000;
const maxBytes = 56_000;

export const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

const isSame = (one: SharedLine | undefined, other: SharedLine | undefined) =>
  one?.author === other?.author && one?.text === other?.text;

/**
 * What of the page's transcript is to be shared: without what has been, the newest that fits, long texts cut short.
 * The page's code may give anything; what is no line is left out.
 * @param given oldest first
 * @param shared what has been shared before, oldest first
 */
export function linesToShare(given: unknown, shared: readonly SharedLine[]): SharedLine[] {
  const lines = (Array.isArray(given) ? given : []).flatMap(cleaned);
  const fresh = lines.slice(endOfKnown(lines, shared)).slice(-maxLines);
  while (bytesOf(fresh) > maxBytes) fresh.shift();
  return fresh;
}

function cleaned(line: Partial<Record<keyof SharedLine, unknown>> | null | undefined): SharedLine[] {
  const { author, text, at } = line ?? {};
  if ((author !== 'customer' && author !== 'bot') || typeof text !== 'string' || text.trim() === '')
    return [];
  const isTime = typeof at === 'number' && Number.isSafeInteger(at) && at >= 0;
  return [{ author, text: cut(text.trim(), maxText), ...(isTime ? { at } : {}) }];
}

/** Behind the last place where the lines end as what was shared does; 0 if they have nothing in common. */
function endOfKnown(lines: readonly SharedLine[], shared: readonly SharedLine[]): number {
  const endsLikeShared = (end: number) => {
    const length = Math.min(end, shared.length);
    for (let back = 1; back <= length; back++) if (!isSame(lines[end - back], shared.at(-back))) return false;
    return length > 0;
  };
  for (let end = lines.length; end > 0; end--) if (endsLikeShared(end)) return end;
  return 0;
}

const bytesOf = (lines: readonly SharedLine[]) => new TextEncoder().encode(JSON.stringify(lines)).length;
