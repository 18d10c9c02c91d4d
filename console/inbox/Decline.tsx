import { isReaching } from '../connection.ts';
import { Key } from '../shared/Key.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import { isDeclining } from './held.ts';

/** Passes on an offer that was made to this agent, unless they undo it. Nothing where there is none. */
export function Decline({ id }: { id: string }) {
  const { connection, desk, held, me } = useWorkplace();
  const offer = desk.row(id)?.offer;
  const isOffered = offer?.agent.id === me.id && offer.expiresAt > now.value;
  const canDecline = isOffered && isReaching(connection.state.value);
  const isAsked = isOffered && !isDeclining(held.current.value, id);
  const decline = () => {
    if (offer !== undefined) held.hold(id, { kind: 'decline', until: offer.expiresAt });
  };
  useShortcuts({ d: () => (isAsked && canDecline ? decline() : false) });
  if (!isAsked) return null;
  return (
    <button type="button" class="button" disabled={!canDecline} onClick={decline}>
      Decline <Key name="D" />
    </button>
  );
}
