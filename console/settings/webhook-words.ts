import type { Webhook, WebhookDelivery, WebhookPinged } from '../../protocol/webhooks.ts';
import type { ApiError } from '../api.ts';
import { problemWords as commonWords } from '../shared/problem-words.ts';
import { ago, dayAndClock } from '../shared/time.ts';
import { count } from '../shared/words.ts';

/** How a webhook stands, in a line, and how much it matters. */
export function standing(
  webhook: Webhook,
  now: number,
): { tone: 'good' | 'warn' | 'fail' | 'soft'; text: string } {
  const { paused, pausedAt, failingSince, deliveredAt } = webhook;
  const since = pausedAt === null ? '' : ` since ${dayAndClock(pausedAt, now)}`;
  switch (paused) {
    case 'you':
      return { tone: 'soft', text: `Paused by you${since}. Nothing is lost: it goes on where it was.` };
    case 'gone':
      return { tone: 'fail', text: `Paused${since}: the receiver answered 410, it wants no more.` };
    case 'failing':
      return {
        tone: 'fail',
        text: `Paused${since}: it kept failing for hours. Mend the receiver, then resume.`,
      };
    default:
  }
  if (failingSince !== null) {
    return {
      tone: 'warn',
      text: `On, but failing since ${dayAndClock(failingSince, now)}. It is tried again.`,
    };
  }
  if (deliveredAt === null) return { tone: 'good', text: 'On. Nothing has been sent yet.' };
  const age = ago(now - deliveredAt);
  return { tone: 'good', text: `On. Last delivered ${age === 'now' ? 'just now' : `${age} ago`}.` };
}

export const wanted = ({ types }: Webhook): string =>
  types === null
    ? 'All facts'
    : types.length === 1
      ? String(types[0])
      : count(types.length, 'kind of fact', 'kinds of facts');

const errors: Readonly<Record<NonNullable<WebhookDelivery['error']>, string>> = {
  status: 'answered',
  timeout: 'no answer in time',
  unreachable: 'not reached',
  refused_address: 'address not allowed',
  malformed: 'answer not understood',
};

const fault = ({ status, error }: Pick<WebhookDelivery, 'status' | 'error'>): string => {
  if (error === null) return '';
  return status === null ? errors[error] : `${errors[error]} ${status}`;
};

export function resultWords(delivery: WebhookDelivery): {
  tone: 'good' | 'warn' | 'fail' | 'soft';
  text: string;
} {
  const { result, status } = delivery;
  switch (result) {
    case 'delivered':
      return { tone: 'good', text: `Delivered, ${status ?? ''}` };
    case 'retried':
      return { tone: 'warn', text: `Try ${delivery.attempt} failed: ${fault(delivery)}` };
    case 'failed':
      return { tone: 'fail', text: `Failed for good: ${fault(delivery)}` };
    case 'replayed':
      return { tone: 'soft', text: 'Failed for good, then replayed' };
  }
}

export const pingWords = (pinged: WebhookPinged): string =>
  pinged.isDelivered
    ? `The test arrived: ${pinged.status} after ${pinged.ms} ms.`
    : `The test did not arrive: ${fault(pinged)}.`;

/** Why something was not done. */
export function problemWords(code: ApiError['code']): string {
  switch (code) {
    case 'invalid':
      return 'This address cannot be called. It must be an http or https address that is open to the internet, or one that whoever runs this server has allowed.';
    case 'webhook_limit':
      return 'This site has as many webhooks as it may have. Remove one first.';
    default:
      return commonWords(code);
  }
}
