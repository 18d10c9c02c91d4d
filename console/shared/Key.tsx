import { useContext } from 'preact/hooks';
import { ShortcutsContext } from './shortcuts.ts';

/** The key that does the same as the button it stands in; gone when single keys are turned off. */
export function Key({ name, isAlways = false }: { name: string; isAlways?: boolean }) {
  const shortcuts = useContext(ShortcutsContext);
  if (!isAlways && shortcuts?.isOn.value === false) return null;
  return (
    <span class="key" aria-hidden="true">
      {name}
    </span>
  );
}
