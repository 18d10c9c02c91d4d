import type { DeliveryError } from '../../../protocol/webhooks.ts';
import { BotError } from '../../bots/bot-error.ts';
import { sign } from '../../bots/http.ts';
import type { Outbound } from '../../bots/outbound.ts';
import type { StoredWebhook } from '../../store/webhooks.ts';

/** What came of one request. */
export type Sent =
  | { readonly isDelivered: true; readonly status: number; readonly ms: number }
  | {
      readonly isDelivered: false;
      readonly status: number | null;
      readonly error: DeliveryError;
      readonly ms: number;
    };

/** What is answered is not read. */
const maxReplyBytes = 100_000;

/**
 * Sends one body to a webhook, signed.
 * @param key names what is sent, the same for each try: also for the one within `call`, over a connection just cut
 * @param stop the server goes: that is no failure of the receiver
 * @throws the reason of `stop`
 */
export async function send(
  call: Outbound,
  { url, secret, oldSecret, oldSecretUntil }: StoredWebhook,
  key: string,
  content: object,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Sent> {
  const body = JSON.stringify(content);
  const now = Date.now();
  const old = oldSecretUntil !== null && oldSecretUntil > now ? oldSecret : null;
  const late = AbortSignal.timeout(timeoutMs);
  const ms = () => Date.now() - now;
  try {
    const response = await call(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        'handrail-signature': sign(secret, body, now, old),
      },
      body,
      maxBytes: maxReplyBytes,
      signal: AbortSignal.any([stop, late]),
    });
    await response.body?.cancel();
    return { isDelivered: true, status: response.status, ms: ms() };
  } catch (error) {
    stop.throwIfAborted();
    if (late.aborted) return { isDelivered: false, status: null, error: 'timeout', ms: ms() };
    if (!(error instanceof BotError)) throw error;
    return { isDelivered: false, status: error.status, error: errorOf(error), ms: ms() };
  }
}

function errorOf({ failure, status }: BotError): DeliveryError {
  if (failure === 'rejected') return status === null ? 'refused_address' : 'status';
  return failure === 'unreachable' ? 'unreachable' : 'malformed';
}
