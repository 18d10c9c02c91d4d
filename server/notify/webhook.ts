import { BotError } from '../bots/bot-error.ts';
import { sign } from '../bots/http.ts';
import type { Outbound } from '../bots/outbound.ts';
import type { NotifyStep } from '../domain/notify-plan.ts';
import { oneLine, type WaitingNotice, waitedText } from './message.ts';
import { type PromiseNotice, promiseJson, promiseTitle, promiseWords } from './promise-notice.ts';

type WebhookStep = Extract<NotifyStep, { channel: 'webhook' }>;

const sendWithinMs = 10_000;
/** What is answered is not read. */
const maxReplyBytes = 100_000;

/**
 * Tells a webhook that a customer waits, or how a promise stands: signed JSON of ours, or a message for Slack and whatever takes the same.
 * @throws when it cannot be reached, may not be called, or answers anything but 2xx
 */
export async function sendWebhook(
  call: Outbound,
  { url, style, secret }: Pick<WebhookStep, 'url' | 'style' | 'secret'>,
  notice: WaitingNotice | PromiseNotice,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(style === 'slack' ? { text: slackText(notice) } : jsonOf(notice));
  try {
    const response = await call(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': notice.id,
        // Slack would not look at it, and its address is the secret.
        ...(style === 'slack' ? {} : { 'handrail-signature': sign(secret, body, Date.now()) }),
      },
      body,
      maxBytes: maxReplyBytes,
      signal: AbortSignal.any([signal, AbortSignal.timeout(sendWithinMs)]),
    });
    await response.body?.cancel();
  } catch (error) {
    // The way out is the bots' own, and so are its words.
    if (error instanceof BotError)
      throw new Error(error.message.replace(/^bot /, 'webhook '), { cause: error });
    throw error;
  }
}

const jsonOf = (notice: WaitingNotice | PromiseNotice) =>
  'about' in notice ? promiseJson(notice) : waitingJson(notice);

const waitingJson = (notice: WaitingNotice) => ({
  id: notice.id,
  attempt: notice.attempt,
  type: notice.isTest ? 'test' : 'handoff.waiting',
  conversation: notice.conversationId,
  site: notice.site.key,
  topic: notice.topic,
  since: notice.since,
  waitedMs: notice.waitedMs,
  place: notice.place,
  url: notice.url,
});

/** Slack reads `<…>` as links and mentions (`<!channel>`): what a customer wrote stays text. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function slackText(notice: WaitingNotice | PromiseNotice): string {
  if ('about' in notice) {
    const words = `${promiseTitle(notice)}\n> ${promiseWords(notice)}`;
    return `${escaped(words).replace('\n&gt; ', '\n> ')}\n<${escaped(notice.url)}|Open the conversation>`;
  }
  const { site, topic, waitedMs, place, url, isTest } = notice;
  const title = escaped(oneLine(site.title, 80));
  if (isTest) return `Test from ${title}: notifications arrive here.`;
  const question = topic === null ? '' : `\n> ${escaped(oneLine(topic, 300))}`;
  const place_ = place === 1 ? 'next in the queue' : `number ${place} in the queue`;
  return `A customer waits for a person at ${title}, ${waitedText(waitedMs)} (${place_}).${question}\n<${escaped(url)}|Open the conversation>`;
}
