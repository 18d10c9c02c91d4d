import { useSignal } from '@preact/signals';
import { isReaching } from '../connection.ts';
import { Key } from '../shared/Key.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';

/** Passes on an offer that was made to this agent: the next one is asked at once. Nothing where there is none. */
export function Decline({ id }: { id: string }) {
  const { actions, connection, desk, me, notice } = useWorkplace();
  const isBusy = useSignal(false);
  const offer = desk.row(id)?.offer;
  const isOffered = offer?.agent.id === me.id && offer.expiresAt > now.value;
  const canDecline = isOffered && !isBusy.value && isReaching(connection.state.value);
  const decline = async () => {
    isBusy.value = true;
    const happened = await actions.decline(id);
    isBusy.value = false;
    if (happened !== null) notice.value = { conversationId: id, text: happened };
  };
  useShortcuts({ d: () => (canDecline ? void decline() : false) });
  if (!isOffered) return null;
  return (
    <button type="button" class="button" disabled={!canDecline} onClick={() => void decline()}>
      Decline <Key name="D" />
    </button>
  );
}
