import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import { emptyTranscript, type Transcript } from '../../browser/transcript-model.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { QueuePlace } from '../../protocol/handoff.ts';
import type { AgentRef } from '../../protocol/message.ts';
import type { NewSession } from '../../protocol/session.ts';
import type { Connection, KnownSite } from './model.ts';
import type { Storage } from './storage.ts';

/** What the chat knows. The parts of the core write it, the interface reads it. */
export interface State {
  readonly isStarted: Signal<boolean>;
  readonly site: Signal<KnownSite | null>;
  readonly session: Signal<NewSession | null>;
  readonly refusal: Signal<RefusalCode | null>;
  /** The socket is connected. */
  readonly isLive: Signal<boolean>;
  /** The socket has been away for so long that plain HTTP takes over. */
  readonly isOverdue: Signal<boolean>;
  /** Whether the last request was answered; null: none has been yet. */
  readonly isReached: Signal<boolean | null>;
  /** What the browser says about the network. */
  readonly hasNetwork: Signal<boolean>;
  readonly connection: ReadonlySignal<Connection>;
  readonly transcript: Signal<Transcript>;
  readonly place: Signal<QueuePlace | null>;
  readonly agentTyping: Signal<AgentRef | null>;
}

export function createState(storage: Storage): State {
  const isStarted = signal(false);
  const refusal = signal<RefusalCode | null>(null);
  const isLive = signal(false);
  const isOverdue = signal(false);
  const isReached = signal<boolean | null>(null);
  const hasNetwork = signal(true);
  const connection = computed((): Connection => {
    if (!isStarted.value) return 'idle';
    if (refusal.value !== null) return 'refused';
    if (isLive.value) return 'online';
    if (!hasNetwork.value || isReached.value === false) return 'offline';
    return isOverdue.value && isReached.value ? 'limited' : 'connecting';
  });
  return {
    isStarted,
    refusal,
    isLive,
    isOverdue,
    isReached,
    hasNetwork,
    connection,
    site: signal(storage.get('site')),
    session: signal(storage.get('session')),
    transcript: signal(emptyTranscript(storage.get('conversation') ?? uuidv7())),
    place: signal(null),
    agentTyping: signal(null),
  };
}
