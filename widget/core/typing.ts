import type { AgentRef } from '../../protocol/message.ts';
import type { Life } from './life.ts';
import type { Pace } from './pace.ts';
import type { State } from './state.ts';

/** Who is writing at this moment, in both directions. */
export interface Typing {
  /** The customer has touched the composer. */
  typed(): void;
  /** The customer has sent what they wrote. */
  stopped(): void;
  /** The server tells of the agent. */
  heard(event: { conversationId: string; agent: AgentRef; isTyping: boolean }): void;
}

export function createTyping(
  state: State,
  life: Life,
  pace: Pace,
  signal: (body: { conversationId: string; isTyping: boolean }) => void,
): Typing {
  let saidAt = 0;
  let cancelStop = () => {};
  let cancelClear = () => {};

  const say = (isTyping: boolean) => {
    saidAt = isTyping ? Date.now() : 0;
    signal({ conversationId: state.transcript.value.conversationId, isTyping });
  };
  const stopped = () => {
    cancelStop();
    if (saidAt > 0) say(false);
  };
  return {
    stopped,
    typed() {
      cancelStop();
      cancelStop = life.after(pace.typingStops, stopped);
      const { status } = state.transcript.value;
      const isHeard = state.isLive.value && (status === 'human' || status === 'waiting');
      if (isHeard && Date.now() - saidAt >= pace.typingSignal) say(true);
    },
    heard({ conversationId, agent, isTyping }) {
      if (conversationId !== state.transcript.value.conversationId) return;
      cancelClear();
      state.agentTyping.value = isTyping ? agent : null;
      // The word that they stopped may get lost (D4).
      cancelClear = life.after(pace.agentTypingStops, () => {
        state.agentTyping.value = null;
      });
    },
  };
}
