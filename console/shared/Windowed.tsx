import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Rows drawn above and below what is seen, so that a quick scroll does not show a gap. */
const spare = 6;

interface WindowedProps {
  readonly count: number;
  /** Each row is as high, px. */
  readonly rowHeight: number;
  readonly label: string;
  readonly keyOf: (index: number) => string;
  readonly row: (index: number) => ComponentChildren;
  /** This row is kept in sight, and drawn, when it changes. */
  readonly current: number;
  /** The last rows are in sight. */
  readonly onEnd: () => void;
}

/** A list of any length, of which only what is seen is in the page. Fills its box and scrolls in it. */
export function Windowed({ count, rowHeight, label, keyOf, row, current, onEnd }: WindowedProps) {
  const box = useRef<HTMLDivElement>(null);
  const first = useSignal(0);
  const height = useSignal(600);
  const onScroll = () => {
    if (box.current !== null) first.value = Math.floor(box.current.scrollTop / rowHeight);
  };
  useLayoutEffect(() => {
    const { current: element } = box;
    if (element === null) return;
    const size = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    size.observe(element);
    return () => size.disconnect();
  }, [height]);
  useLayoutEffect(() => {
    const { current: element } = box;
    if (element === null || current < 0) return;
    const top = current * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
    onScroll();
  }, [current, rowHeight]);

  const from = Math.max(0, first.value - spare);
  const until = Math.min(count, first.value + Math.ceil(height.value / rowHeight) + spare);
  const isAtEnd = until >= count;
  useLayoutEffect(() => {
    if (isAtEnd) onEnd();
  }, [isAtEnd, count, onEnd]);
  const drawn = Array.from({ length: Math.max(0, until - from) }, (_, index) => from + index);
  return (
    <div class="windowed" ref={box} onScroll={onScroll}>
      <ul aria-label={label} style={{ height: `${count * rowHeight}px` }}>
        {drawn.map((index) => (
          <li
            key={keyOf(index)}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
          >
            {row(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
