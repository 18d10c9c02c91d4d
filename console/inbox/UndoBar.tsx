import { Key } from '../shared/Key.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { outcomes } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import type { Ending } from './held.ts';

const wordsOf = (ending: Ending) =>
  ending.kind === 'resolve' ? `Resolving: ${outcomes[ending.outcome]}…` : 'Handing back to the bot…';

/** What is about to happen in this conversation, and the way back. */
export function UndoBar({ id }: { id: string }) {
  const { held } = useWorkplace();
  const { value } = held.current;
  const isHere = value?.conversationId === id;
  const undo = () => {
    if (!isHere) return false;
    held.undo();
    return true;
  };
  useShortcuts({ z: undo });
  return (
    <div role="status">
      {isHere && (
        <p class="strip undo">
          {wordsOf(value.ending)}
          <button type="button" class="button small" onClick={undo}>
            Undo <Key name="Z" />
          </button>
        </p>
      )}
    </div>
  );
}
