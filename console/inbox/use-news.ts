import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useWorkplace } from '../workplace.ts';
import { isLeaving } from './held.ts';
import type { OpenConversation } from './open-conversation.ts';
import type { Standing } from './standing.ts';
import type { Watchers } from './watchers.ts';

/** What others do in the open conversation while this agent has it before them. */
export function useNews(open: OpenConversation, standing: Standing, watchers: Watchers): void {
  const { me, alerts, held, notice, mentions, connection } = useWorkplace();
  const { id } = open;
  const latest = useRef(standing);
  latest.current = standing;
  /** What had been said when it was opened is no news. */
  const known = useRef<number | null>(null);
  /** Whose it was at the last look. */
  const agentBefore = useRef<string | null>(null);

  // Opened, and named while it is open: read either way.
  useSignalEffect(() => {
    if (mentions.all.value.length > 0 && open.isLoaded.value && document.visibilityState === 'visible') {
      mentions.seen(id);
    }
  });
  // Told once this console watches: the server passes on nothing before.
  useSignalEffect(() => {
    if (connection.state.value === 'online' && open.isLoaded.value) watchers.say();
  });
  useSignalEffect(() => {
    const { items, seq, agent } = open.transcript.value;
    if (!open.isLoaded.value) return;
    const before = known.current ?? seq;
    const wasMine = agentBefore.current === me.id;
    known.current = seq;
    agentBefore.current = agent?.id ?? null;
    for (const item of items) {
      if (item.seq <= before) continue;
      // A whisper: a colleague's note, while this agent talks to the customer.
      const isWhisper = item.kind === 'note' && item.by.kind === 'agent' && item.by.id !== me.id;
      if (isWhisper && latest.current === 'mine') alerts.whisper(`Note: ${item.text}`);
      // Nobody is left who has just written.
      const isCustomers = item.kind === 'message' && item.by.kind === 'customer';
      if (isCustomers && isLeaving(held.current.peek(), id)) {
        held.undo();
        notice.value = { conversationId: id, text: 'The customer has just written: it stays with you.' };
      }
      if (item.kind === 'event' && item.fact.type === 'handoff.transferred' && wasMine) {
        const { by, to } = item.fact;
        const isTaken = by.kind === 'agent' && by.id !== me.id && to.kind === 'agent';
        if (isTaken) alerts.whisper(`${by.name} has taken over.`);
        if (isTaken) notice.value = { conversationId: id, text: `${by.name} has taken over.` };
      }
    }
  });
}
