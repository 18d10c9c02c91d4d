import type { CustomerCommandName } from '../../protocol/commands.ts';
import type { OutboxItem } from './model.ts';

/** An item of the outbox with what sending it needs to remember. */
export interface Entry extends OutboxItem {
  /** Sends begun: from the first on, it may have reached the server. */
  readonly tries: number;
  /** Connections lost while it was on its way. */
  readonly losses: number;
  /** The seq that the server acknowledged; it stays until the transcript shows as much. */
  readonly ackedSeq: number | null;
}

export const maxItems = 100;
export const maxLength = 256 * 1_024;
/** As `MessageText` of the protocol: a longer one is refused here, before it costs a connection. */
const maxText = 8_000;

/** Whether the item is this command, with this command's body. */
export const isCommand = <N extends CustomerCommandName>(
  item: OutboxItem,
  name: N,
): item is OutboxItem & OutboxItem<N> => item.name === name;

/** Whether the browser's storage may take this entry beside the others. */
export const fits = (entry: Entry, others: readonly Entry[]) =>
  others.length < maxItems && JSON.stringify([...others, entry]).length <= maxLength;

/** The entry as it enters the outbox beside the others: as failed if it cannot be sent from here. */
export function admit(entry: Entry, others: readonly Entry[]): Entry {
  const isTooLong = isCommand(entry, 'message:send') && entry.body.text.length > maxText;
  if (isTooLong) return { ...entry, state: 'failed', code: 'too_large' };
  if (!fits(entry, others)) return { ...entry, state: 'failed', code: 'rate_limited' };
  return { ...entry, state: 'queued', code: null, losses: 0, ackedSeq: null };
}

/** Whether a new command makes an earlier one, which failed, pointless: the same wish about the same thing. */
export function replaces(entry: Entry, failed: Entry): boolean {
  const turn = (item: Entry) => ('turn' in item.body ? item.body.turn : null);
  return (
    failed.state === 'failed' &&
    failed.name === entry.name &&
    failed.name !== 'message:send' &&
    failed.conversationId === entry.conversationId &&
    turn(failed) === turn(entry)
  );
}

/** Whether the customer wants a person, as the outbox will have it once it is sent; undefined if it says nothing. */
export const pendingWish = (entries: readonly Entry[], conversationId: string): Entry | undefined =>
  entries.findLast(
    (entry) =>
      entry.conversationId === conversationId &&
      entry.state !== 'failed' &&
      (isCommand(entry, 'handoff:request') || isCommand(entry, 'handoff:cancel')),
  );
