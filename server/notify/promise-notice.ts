import { oneLine } from './message.ts';

/** What agents are told about a promise that comes due, or was missed. */
export interface PromiseNotice {
  readonly about: 'promise';
  /** The same for every try of one notice. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly conversationId: string;
  readonly promise: number;
  readonly site: { readonly key: string; readonly title: string };
  /** What was promised; null where the site keeps words out of notifications, or the kind says it all. */
  readonly text: string | null;
  /** Who promised it; null: the team. */
  readonly owner: string | null;
  readonly dueAt: number;
  readonly isMissed: boolean;
  /** The conversation in the console. */
  readonly url: string;
}

/** One line, without the customer's words: it stands on locked screens and in the logs of mail servers. */
export const promiseTitle = ({ site, isMissed }: PromiseNotice): string =>
  isMissed
    ? `A promise to a customer was missed at ${oneLine(site.title, 80)}`
    : `A promise to a customer is due soon at ${oneLine(site.title, 80)}`;

/** Who promised what, and by when. UTC: one text goes to people in many places. */
export function promiseWords({ text, owner, dueAt }: PromiseNotice): string {
  const who = owner === null ? 'The team' : oneLine(owner, 80);
  const what = text === null ? '' : `: ${oneLine(text, 300)}`;
  return `${who} promised${what} (by ${new Date(dueAt).toISOString().slice(0, 16).replace('T', ' ')} UTC)`;
}

/** For webhooks. */
export const promiseJson = (notice: PromiseNotice) => ({
  id: notice.id,
  attempt: notice.attempt,
  type: notice.isMissed ? 'promise.missed' : 'promise.due',
  conversation: notice.conversationId,
  promise: notice.promise,
  site: notice.site.key,
  text: notice.text,
  owner: notice.owner,
  dueAt: notice.dueAt,
  url: notice.url,
});
