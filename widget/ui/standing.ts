import type { Transcript } from '../../browser/transcript.ts';
import type { CustomerCommandName } from '../../protocol/commands.ts';
import type { AgentRef } from '../../protocol/message.ts';
import type { Chat, OutboxItem } from '../core/model.ts';

/** Where the customer stands with a person: what the server knows, and what is on its way to it. */
export type Standing =
  | { readonly kind: 'bot' }
  | { readonly kind: 'asked' }
  | {
      readonly kind: 'waiting';
      /** 1 = next; null while it is not known. */
      readonly place: number | null;
      readonly isAnyoneOnline: boolean;
      readonly isLeaving: boolean;
    }
  | { readonly kind: 'human'; readonly agent: AgentRef; readonly joinedAt: number | null }
  | { readonly kind: 'resolved' };

export function standingOf({
  transcript,
  outbox,
  place,
}: Pick<Chat, 'transcript' | 'outbox' | 'place'>): Standing {
  const { status, agent, joinedAt, told } = transcript.value;
  const isPending = (name: CustomerCommandName) => pendingOf(outbox.value, name).length > 0;
  if (status === 'human' && agent !== null) return { kind: 'human', agent, joinedAt };
  if (status === 'waiting') {
    // Places come live; without the socket, and after a reload, what was told last holds.
    const known = place.value ?? told;
    return {
      kind: 'waiting',
      place: known?.place ?? null,
      isAnyoneOnline: known?.isAnyoneOnline ?? true,
      isLeaving: isPending('handoff:cancel'),
    };
  }
  if (isPending('handoff:request')) return { kind: 'asked' };
  return status === 'resolved' || isPending('conversation:resolve') ? { kind: 'resolved' } : { kind: 'bot' };
}

/** Commands of this name that are on their way and have not failed, oldest first. */
export function pendingOf<N extends CustomerCommandName>(
  outbox: readonly OutboxItem[],
  name: N,
): OutboxItem<N>[] {
  return outbox.filter((item): item is OutboxItem<N> => item.name === name && item.state !== 'failed');
}

/** Nothing has been said in this conversation, by anyone. */
export const isUnbegun = (transcript: Transcript, outbox: readonly OutboxItem[]) =>
  transcript.items.length === 0 &&
  !outbox.some(({ name }) => name === 'message:send' || name === 'handoff:request');
