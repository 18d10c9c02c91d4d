import { Key } from '../shared/Key.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { outcomes } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import type { Ending } from './held.ts';

function wordsOf(ending: Ending): string {
  switch (ending.kind) {
    case 'resolve':
      return `Resolving: ${outcomes[ending.outcome]}…`;
    case 'hand_back':
      return 'Handing back to the bot…';
    case 'transfer':
      return 'Passing on…';
    case 'keep_promise':
      return 'The promise is kept…';
    case 'cancel_promise':
      return 'Taking the promise back…';
    case 'decline':
      return 'Declining. The next one is asked…';
  }
}

/** What is about to happen, and the way back. @param id in this conversation; null: in any */
export function UndoBar({ id }: { id: string | null }) {
  const { held } = useWorkplace();
  const { value } = held.current;
  const isHere = value !== null && (id === null || value.conversationId === id);
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
