import { askingWords } from './Header.tsx';
import type { Standing } from './standing.ts';
import { useText, useUi } from './ui.ts';

/** More people ahead than this are told as a number alone. */
const mostShown = 8;

/** Where the customer stands in the line, and that they need not stand still. */
export function WaitingCard({ standing }: { standing: Extract<Standing, { kind: 'waiting' }> }) {
  const text = useText();
  const { chat } = useUi();
  const { place, isAnyoneOnline, isLeaving } = standing;
  const isPlaceShown = place !== null && isAnyoneOnline;
  return (
    <div class="card waiting">
      <h3>{isPlaceShown ? text.placeLong(place) : text.placeUnknown}</h3>
      {isPlaceShown && place <= mostShown && (
        <div class="line" aria-hidden="true">
          {Array.from({ length: place }, (_, ahead) => (
            <i key={ahead} />
          ))}
        </div>
      )}
      <p>{isAnyoneOnline ? text.waitingNote : text.nobodyHere}</p>
      <button type="button" class="button plain" aria-disabled={isLeaving} onClick={chat.cancelRequest}>
        {isLeaving ? text.cancelling : text.leaveLine}
      </button>
    </div>
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
