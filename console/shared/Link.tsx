import type { ComponentChildren } from 'preact';
import { navigate } from '../route.ts';

interface LinkProps {
  href: string;
  children: ComponentChildren;
  class?: string;
  tabIndex?: number;
  'aria-label'?: string;
  'aria-current'?: 'page' | 'true' | undefined;
  /** The conversation that a row of the list is about. */
  'data-row'?: string;
  onFocus?: () => void;
}

/** A link within the console: real, so that it opens in a new tab too, but without loading the page anew. */
export function Link({ href, children, ...attributes }: LinkProps) {
  const follow = (event: MouseEvent) => {
    const isPlain =
      event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!isPlain) return;
    event.preventDefault();
    navigate(href);
  };
  return (
    <a {...attributes} href={href} onClick={follow}>
      {children}
    </a>
  );
}
