import type { ComponentChildren } from 'preact';
import { LoadFailed } from './LoadFailed.tsx';

/** In the place of what has not come yet, or did not come: then the words say what it would have been. */
export function NotLoaded(props: { hasFailed: boolean; children: ComponentChildren; onAgain: () => void }) {
  const { hasFailed, children, onAgain } = props;
  if (hasFailed) {
    return (
      <LoadFailed isSmall onAgain={onAgain}>
        {children}
      </LoadFailed>
    );
  }
  return (
    <p class="soft small" role="status">
      Loading…
    </p>
  );
}
