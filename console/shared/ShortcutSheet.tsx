import { useContext, useEffect, useRef } from 'preact/hooks';
import { ShortcutsContext } from './shortcuts.ts';

const keys: readonly (readonly [string, string])[] = [
  ['J K', 'Next and previous in the list (also ↓ ↑ within it)'],
  ['Enter', 'Open'],
  ['A', 'Accept: the one in focus or open, else the next who waits'],
  ['D', 'Decline what is offered to you'],
  ['R', 'Reply'],
  ['N', 'Note for colleagues'],
  ['/', 'In a reply: canned responses'],
  ['@', 'In a note: call a colleague'],
  ['T', 'Pass on; of a colleague: take over'],
  ['H', 'Hand back to the bot'],
  ['E', 'Resolve (then ↵ solved, N not solved)'],
  ['1–7', 'In these forms: why the bot failed'],
  ['Z', 'Undo the last of: declining, passing on, handing back, resolving, ending a promise'],
  ['W', 'What the bot should have said'],
  ['L C N', 'In the feedback: looked at, changed, not changed'],
  ['O G D', 'By question: take or release, write guidance, decline'],
  ['M X Z', 'By question: merge, split, undo that'],
  ['N', 'By question: show what is new'],
  ['M', 'Open the note that mentions you'],
  ['Esc', 'Leave the text field, the form or the conversation'],
  ['P', 'Promise something'],
  ['V', 'Next list of the inbox: queue, mine, team, all'],
  ['S', 'Search'],
  ['1–7', 'The views, in the order of the bar'],
  ['?', 'This sheet'],
];

/** All keys at a glance. A native dialog: it holds the focus and gives it back. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const shortcuts = useContext(ShortcutsContext);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="sheet-title" onClose={onClose}>
      <h2 id="sheet-title">Keyboard shortcuts</h2>
      <table>
        <tbody>
          {keys.map(([key, what]) => (
            <tr key={key}>
              <th scope="row">
                {key.split(' ').map((one) => (
                  <kbd class="key" key={one}>
                    {one}
                  </kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shortcuts !== null && (
        <label class="check">
          <input
            type="checkbox"
            checked={shortcuts.isOn.value}
            onChange={(event) => (shortcuts.isOn.value = event.currentTarget.checked)}
          />
          Single-key shortcuts are on
        </label>
      )}
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
