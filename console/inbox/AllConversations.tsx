import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useShortcuts } from '../shared/shortcuts.ts';
import { Windowed } from '../shared/Windowed.tsx';
import { useWorkplace } from '../workplace.ts';
import { createAllList } from './all-list.ts';
import { focusedRow } from './focused-row.ts';
import { QueueRow } from './QueueRow.tsx';

const rowHeight = 76;

/** Every conversation of the own sites, the newest first. Only what is seen is in the page, however long it is. */
export function AllConversations({ openId }: { openId: string | null }) {
  const { session, desk } = useWorkplace();
  const [list] = useState(() => createAllList(session.api));
  const at = useSignal(-1);
  const frame = useRef<HTMLElement>(null);
  const wantsFocus = useRef(false);
  const { rows, next, total, isLoading, hasFailed } = list.state.value;
  useEffect(() => list.close, [list]);
  const onEnd = useCallback(() => {
    // What failed is tried again by hand, not in circles.
    if (!list.state.peek().hasFailed) void list.loadMore();
  }, [list]);

  const move = (step: number) => {
    const current = rows.findIndex(({ id }) => id === (focusedRow() ?? openId));
    wantsFocus.current = true;
    at.value = Math.max(0, Math.min(rows.length - 1, (current === -1 ? at.value : current) + step));
    focus();
  };
  /** Once its row is drawn: now, or after the list has moved there. */
  const focus = () => {
    const row = rows[at.peek()];
    if (!wantsFocus.current || row === undefined) return;
    const element = frame.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`);
    if (!element) return;
    element.focus({ preventScroll: true });
    wantsFocus.current = false;
  };
  useLayoutEffect(focus);
  useShortcuts({ j: () => move(1), k: () => move(-1) });
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 8,
      PageUp: -8,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step === undefined || focusedRow() === null) return;
    event.preventDefault();
    move(step);
  };
  const stop = at.value === -1 ? 0 : at.value;

  return (
    <nav class="queue all" aria-label="Conversations" aria-busy={isLoading} ref={frame} onKeyDown={onKeyDown}>
      <p class="hidden" role="status">
        {isLoading ? 'Loading conversations…' : `${rows.length} conversations loaded`}
      </p>
      {total !== undefined && total.count > 0 && (
        <p class="soft small all-total">
          {total.count.toLocaleString('en')}
          {total.isMore && '+'} {total.count === 1 ? 'conversation' : 'conversations'}
        </p>
      )}
      {hasFailed && (
        <p class="strip fail">
          Could not be loaded.
          <button type="button" class="button small" onClick={() => void list.loadMore()}>
            Try again
          </button>
        </p>
      )}
      {rows.length === 0 && next === null && <p class="soft empty-group">There are no conversations yet.</p>}
      <Windowed
        count={rows.length}
        rowHeight={rowHeight}
        label="All conversations"
        current={at.value}
        onEnd={onEnd}
        keyOf={(index) => rows[index]?.id ?? String(index)}
        row={(index) => {
          const kept = rows[index];
          if (kept === undefined) return null;
          // What the desk has heard meanwhile is newer.
          const live = desk.row(kept.id);
          const row = live !== null && live.seq > kept.seq ? live : kept;
          return (
            <QueueRow
              row={row}
              isOpen={row.id === openId}
              isStop={index === stop}
              isStatusShown
              onFocus={() => {
                at.value = index;
              }}
            />
          );
        }}
      />
    </nav>
  );
}
