import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { closeness } from './deadline.ts';

/** By when, and how close that is. */
export function Deadline({ dueAt }: { dueAt: number }) {
  const { state, words } = closeness(dueAt, now.value);
  return (
    <span class={`deadline-at ${state}`}>
      <time dateTime={new Date(dueAt).toISOString()} title={fullTime(dueAt)}>
        {dayAndClock(dueAt, now.value)}
      </time>
      <span class="left"> · {words}</span>
    </span>
  );
}
