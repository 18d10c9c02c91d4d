import type { ComponentChildren } from 'preact';

/** That something could not be loaded, and the way to try it again. */
export function LoadFailed(props: { children: ComponentChildren; isSmall?: boolean; onAgain: () => void }) {
  return (
    <p class={props.isSmall ? 'strip fail small' : 'strip fail'} role="alert">
      {props.children}{' '}
      <button type="button" class="button small" onClick={props.onAgain}>
        Try again
      </button>
    </p>
  );
}
