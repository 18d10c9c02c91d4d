import { duration, now, urgency } from './time.ts';

/** How long a customer has waited, second by second, in the colour of its age. */
export function WaitingTime({ since }: { since: number }) {
  const ms = now.value - since;
  return <span class={`waited ${urgency(ms)}`}>{duration(ms)}</span>;
}
