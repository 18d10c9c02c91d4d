/** What agents are told about a customer who waits. */
export interface WaitingNotice {
  /** The same for every try of one notice, so that whoever gets it twice can tell. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly conversationId: string;
  readonly site: { readonly key: string; readonly title: string };
  /** The customer's question; null where the site keeps it out of notifications, or nothing has been asked. */
  readonly topic: string | null;
  /** Epoch ms. */
  readonly since: number;
  readonly waitedMs: number;
  /** In the queue: 1 = next. */
  readonly place: number;
  /** The conversation in the console. */
  readonly url: string;
  /** Somebody wants to see whether notifications arrive: nobody waits. */
  readonly isTest: boolean;
}

/**
 * Text from outside as one plain line: it goes into headers and between quotation marks.
 * @param most characters
 */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const signs = [...line];
  return signs.length <= most ? line : `${signs.slice(0, most - 1).join('')}…`;
}

export function waitedText(waitedMs: number): string {
  const minutes = Math.floor(waitedMs / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes === 1) return 'for a minute';
  return minutes < 90 ? `for ${minutes} minutes` : `for ${Math.round(minutes / 60)} hours`;
}
