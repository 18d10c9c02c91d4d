import { useEffect, useRef, useState } from 'preact/hooks';
import type { Transcript } from '../../browser/transcript.ts';
import { askingWords } from './Header.tsx';
import { minutes } from './minutes.ts';
import { pendingOf, type Standing } from './standing.ts';
import { useText, useUi } from './ui.ts';

/** More people ahead than this are told as a number alone. */
const mostShown = 8;

type Waiting = Extract<Standing, { kind: 'waiting' }>;

/** Where the customer stands in the line, and that they need not stand still. */
export function WaitingCard({ standing }: { standing: Waiting }) {
  const text = useText();
  const { chat } = useUi();
  const { place, isAnyoneOnline, isLeaving } = standing;
  const isPlaceShown = place !== null && isAnyoneOnline;
  return (
    <div class="card waiting">
      <h3>{isAnyoneOnline ? (isPlaceShown ? text.placeLong(place) : text.placeUnknown) : text.nobodyHere}</h3>
      {isPlaceShown && place <= mostShown && (
        <div class="line" aria-hidden="true">
          {Array.from({ length: place }, (_, ahead) => (
            <i key={ahead} />
          ))}
        </div>
      )}
      <p>{isAnyoneOnline ? <Wait /> : text.nobodyHereNote}</p>
      <FollowUp isOpenAtOnce={!isAnyoneOnline} />
      <button type="button" class="button plain" aria-disabled={isLeaving} onClick={chat.cancelRequest}>
        {isLeaving ? text.cancelling : text.leaveLine}
      </button>
    </div>
  );
}

/** What was said about the wait, until it is no longer true. */
function Wait() {
  const text = useText();
  const { chat } = useUi();
  const { waitingSince, told } = chat.transcript.value;
  const wait = (chat.place.value ?? told)?.wait ?? null;
  const until = wait && waitingSince && waitingSince + wait.toMs;
  const [late, setLate] = useState<number | null>(null);
  useEffect(() => {
    if (until === null) return;
    const timer = setTimeout(() => setLate(until), until - Date.now());
    return () => clearTimeout(timer);
  }, [until]);
  if (wait === null) return <>{text.waitingNote}</>;
  if (late === until) return <>{text.longerThanSaid}</>;
  return <>{text.waitRange(minutes(wait.fromMs), minutes(wait.toMs))}</>;
}

/** Where the answer to this request is sent, too. */
function emailOf({ items }: Transcript): string | null {
  const last = items.findLast(
    (item) =>
      item.kind === 'event' &&
      (item.fact.type === 'followup.asked' || item.fact.type === 'handoff.requested'),
  );
  return last?.kind === 'event' && last.fact.type === 'followup.asked' ? last.fact.email : null;
}

/** The way not to wait in front of the screen: an address for the answer. Only where mails can be sent. */
function FollowUp({ isOpenAtOnce }: { isOpenAtOnce: boolean }) {
  const text = useText();
  const { chat } = useUi();
  const field = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  const onItsWay = pendingOf(chat.outbox.value, 'followup:ask').at(-1)?.body.email;
  const email = onItsWay ?? emailOf(chat.transcript.value);
  if (email !== null) return <p class="told">{text.followUpKept(email)}</p>;
  if (chat.site.value?.hasEmail !== true) return null;
  if (!isOpen && !isOpenAtOnce) {
    return (
      <p>
        <button type="button" class="link" onClick={() => setOpen(true)}>
          {text.followUpOffer}
        </button>
      </p>
    );
  }
  return (
    <form
      class="follow-up"
      onSubmit={(event) => {
        event.preventDefault();
        const email = field.current?.value.trim() ?? '';
        if (email !== '') chat.askFollowUp(email);
      }}
    >
      <label for="follow-up">{text.followUpLabel}</label>
      <input ref={field} id="follow-up" type="email" autocomplete="email" maxLength={254} required />
      <button type="submit" class="button quiet">
        {text.followUpSend}
      </button>
    </form>
  );
}

/** The request is on its way. */
export function Asking() {
  const ui = useUi();
  const text = useText();
  return (
    <div class="card waiting row">
      <h3>{askingWords(ui)}</h3>
      <p>{text.askedNote}</p>
    </div>
  );
}
