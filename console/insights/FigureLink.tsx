import type { ComponentChildren } from 'preact';
import { Link } from '../shared/Link.tsx';
import { addressOf, type Look } from './range.ts';

/** A figure that opens its conversations. */
export function FigureLink(props: {
  look: Look;
  figure: string;
  question?: string;
  /** What it opens, where the words alone do not say it. */
  label?: string;
  children: ComponentChildren;
}) {
  const { look, figure, question, label, children } = props;
  return (
    <Link
      href={addressOf({ ...look, figure, question, open: null })}
      class="figure-link"
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {children}
    </Link>
  );
}
