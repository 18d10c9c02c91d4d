import type { ComponentChildren } from 'preact';

/** Says what cannot be undone, in place, before it is done. */
export function Confirm(props: {
  /** What will be so. */
  children: ComponentChildren;
  /** The words of the button that does it, and of the one that does not. */
  yes: string;
  no: string;
  isOff: boolean;
  onYes: () => void;
  onNo: () => void;
}) {
  const { children, yes, no, isOff, onYes, onNo } = props;
  return (
    <p class="strip fail small">
      {children}
      <span class="form-buttons">
        <button type="button" class="button small" disabled={isOff} onClick={onYes}>
          {yes}
        </button>
        <button type="button" class="button small" onClick={onNo}>
          {no}
        </button>
      </span>
    </p>
  );
}
