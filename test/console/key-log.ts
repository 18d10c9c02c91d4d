import type { Page } from 'playwright-core';

/** What one handoff took, as the page itself saw it. */
export interface KeyLog {
  /** All keys from the row's arrival on. */
  readonly presses: number;
  /** Those before the reply box had the focus: 1 is the one that accepts. */
  readonly pressesToComposer: number;
  /** From the row's arrival to the focus in the reply box. */
  readonly toComposerMs: number;
}

interface PageLog {
  readonly rows: Record<string, number>;
  readonly keys: { at: number; isReply: boolean }[];
  readonly focused: number[];
}
type Logged = typeof globalThis & { keyLog: PageLog };

/** Has the page write down when rows arrive, when keys are pressed, and when the reply box gets the focus. */
export const keepKeyLog = (page: Page) =>
  page.addInitScript(() => {
    const log: PageLog = { rows: {}, keys: [], focused: [] };
    Object.assign(globalThis, { keyLog: log });
    const isReply = (target: EventTarget | null) =>
      target instanceof HTMLTextAreaElement && target.ariaLabel === 'Reply to the customer';
    const look = () => {
      for (const row of document.querySelectorAll<HTMLElement>('[data-row]')) {
        log.rows[row.dataset.row ?? ''] ??= performance.now();
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    addEventListener('focusin', ({ target }) => isReply(target) && log.focused.push(performance.now()), true);
    addEventListener(
      'keydown',
      ({ target }) => log.keys.push({ at: performance.now(), isReply: isReply(target) }),
      true,
    );
  });

/** Of the handoff that has just been worked. @throws where its row never came, or the box never had the focus */
export async function readKeyLog(page: Page, conversationId: string): Promise<KeyLog> {
  const { arrivedAt, keys, focused } = await page.evaluate((id) => {
    const { rows, keys, focused } = (globalThis as Logged).keyLog;
    return { arrivedAt: rows[id], keys, focused };
  }, conversationId);
  if (arrivedAt === undefined) throw new Error('the row never arrived');
  const own = keys.filter(({ at }) => at >= arrivedAt);
  const focusedAt = focused.find((at) => at >= arrivedAt);
  if (focusedAt === undefined) throw new Error('the reply box never had the focus');
  const first = own.findIndex(({ isReply }) => isReply);
  return {
    presses: own.length,
    pressesToComposer: first === -1 ? Number.POSITIVE_INFINITY : first,
    toComposerMs: focusedAt - arrivedAt,
  };
}
