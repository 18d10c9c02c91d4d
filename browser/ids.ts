let lastAt = 0;
let counter = 0;

/**
 * A new UUIDv7 (RFC 9562, method 1): names one command or one conversation.
 *
 * Ids of this tab sort in the order in which they were made, also within one millisecond and when the clock is
 * set back: the server's indexes stay compact and an outbox can be sorted by id.
 */
export function uuidv7(): string {
  const random = crypto.getRandomValues(new Uint16Array(5));
  const now = Date.now();
  if (now > lastAt) {
    lastAt = now;
    // Half of the counter's 12 bits stay free, so that a burst has room to count up.
    counter = digit(random, 4) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastAt += 1;
    counter = 0;
  }
  const time = lastAt.toString(16).padStart(12, '0');
  const variant = (digit(random, 0) & 0x3fff) | 0x8000;
  const node = [1, 2, 3].map((at) => hex(digit(random, at))).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter).slice(1)}-${hex(variant)}-${node}`;
}

const digit = (digits: Uint16Array, at: number) => digits[at] ?? 0;

const hex = (digits: number) => digits.toString(16).padStart(4, '0');
