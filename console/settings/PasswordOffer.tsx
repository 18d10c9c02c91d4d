import { useState } from 'preact/hooks';
import { settingsPath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { rememberedFlag } from '../shared/storage.ts';
import { useWorkplace } from '../workplace.ts';

/** After a one-time link: the way to come back without one. Said once, and gone when put away. */
export function PasswordOffer() {
  const { session, me } = useWorkplace();
  const [isPutAway] = useState(() => rememberedFlag(`${me.id}.password-offer-put-away`, false));
  const state = session.state.value;
  if (state.kind !== 'signed_in' || state.me.hasPassword || isPutAway.value) return null;
  return (
    <p class="banner">
      <span>
        You came by a one-time link. <Link href={settingsPath}>Set a password</Link> to sign in yourself next
        time.
      </span>
      <button type="button" class="button small quiet" onClick={() => (isPutAway.value = true)}>
        Not now
      </button>
    </p>
  );
}
