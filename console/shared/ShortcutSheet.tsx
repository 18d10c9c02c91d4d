import { useContext, useEffect, useRef } from 'preact/hooks';
import { ShortcutsContext } from './shortcuts.ts';

const keys: readonly (readonly [string, string])[] = [
  ['J K', 'Next and previous in the list (also ↓ ↑ within it)'],
  ['Enter', 'Open'],
  ['A', 'Accept'],
  ['R', 'Reply'],
  ['N', 'Note for colleagues'],
  ['H', 'Hand back to the bot'],
  ['E', 'Resolve'],
  ['Esc', 'Leave the text field, the form or the conversation'],
  ['P', 'Promise something'],
  ['1 2 3', 'Inbox, Feedback, Promises'],
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
