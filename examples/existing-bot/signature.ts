import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older requests are refused, so that a recorded one can't be played again later. */
const maxAgeSeconds = 300;

/**
 * Whether the `handrail-signature` header (`t=<unix seconds>,v1=<hex>`) is the HMAC-SHA256 of "t.body" with our
 * secret and not older than five minutes.
 * @param body the request's body exactly as it came, before it is parsed
 */
export function isSigned(secret: string, body: string, header: string | undefined, nowMs: number): boolean {
  const [, time, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (time === undefined || given === undefined) return false;
  if (Math.abs(nowMs / 1_000 - Number(time)) > maxAgeSeconds) return false;
  const own = createHmac('sha256', secret).update(`${time}.${body}`).digest();
  // Takes the same time wherever the two differ: otherwise a signature could be guessed byte by byte.
  return timingSafeEqual(own, Buffer.from(given, 'hex'));
}
