import { createContext } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import { rememberedFlag } from './storage.ts';

/** Keys and what they do; `false` passes the key on to whoever bound it before. */
export type Bindings = Readonly<Record<string, () => unknown>>;

export interface Shortcuts {
  readonly isOn: ReturnType<typeof rememberedFlag>;
  bind(read: () => Bindings): () => void;
  close(): void;
}

/** Where a key is a letter of a text and no command. */
const writesText = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;

/**
 * Single-key shortcuts of the whole page. They act only outside text fields, and can be turned off for people
 * who dictate or whose hands slip (WCAG 2.1.4).
 */
export function createShortcuts(): Shortcuts {
  const isOn = rememberedFlag('shortcuts', true);
  const bound: (() => Bindings)[] = [];

  const onKey = (event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (!isOn.peek() || !isPlain || event.defaultPrevented || writesText(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    for (const read of bound.toReversed()) {
      const run = read()[key];
      if (run !== undefined && run() !== false) {
        event.preventDefault();
        return;
      }
    }
  };
  addEventListener('keydown', onKey);

  return {
    isOn,
    bind(read) {
      bound.push(read);
      return () => {
        bound.splice(bound.indexOf(read), 1);
      };
    },
    close: () => removeEventListener('keydown', onKey),
  };
}

export const ShortcutsContext = createContext<Shortcuts | null>(null);

/** Binds keys while the component is on the screen. */
export function useShortcuts(bindings: Bindings): void {
  const shortcuts = useContext(ShortcutsContext);
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => shortcuts?.bind(() => latest.current), [shortcuts]);
}
