import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows now for this base32 secret (RFC 6238: SHA-1, six digits, 30 seconds). */
export function oneTimeCode(secret: string, at: number = Date.now()): string {
  const bits = [...secret.replace(/=+$/, '')].map((letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes =
    bits
      .join('')
      .match(/.{8}/g)
      ?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', Buffer.from(bytes)).update(counter).digest();
  const offset = hash.readUInt8(19) & 0xf;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const stepMs = 30_000;
/** The last step that each secret's code was taken of. */
const taken = new Map<string, number>();

/**
 * A code that has not been given before, as each counts once: of now, else of the half minute to come, which counts
 * already; else a moment later, as a person would wait for it.
 */
export async function freshCode(secret: string): Promise<string> {
  for (;;) {
    const now = Math.floor(Date.now() / stepMs);
    const step = Math.max(now, (taken.get(secret) ?? 0) + 1);
    if (step <= now + 1) {
      taken.set(secret, step);
      return oneTimeCode(secret, step * stepMs);
    }
    await new Promise((resolve) => setTimeout(resolve, (now + 1) * stepMs - Date.now()));
  }
}
