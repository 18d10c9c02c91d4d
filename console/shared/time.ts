import { type ReadonlySignal, signal } from '@preact/signals';

const ticking = signal(Date.now());

/** The current second; whoever reads it is drawn anew when it changes. */
export const now: ReadonlySignal<number> = ticking;

/** @returns stops the clock */
export function startClock(): () => void {
  const timer = setInterval(() => {
    ticking.value = Date.now();
  }, 1_000);
  return () => clearInterval(timer);
}

const two = (value: number) => String(value).padStart(2, '0');

/** "0:48", "12:05", "1:02:09". A server's clock that is a little ahead of ours must not make it negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** How urgent a wait of this length is: what its colour says. */
export function urgency(ms: number): 'calm' | 'warn' | 'late' {
  if (ms >= 5 * 60_000) return 'late';
  return ms >= 2 * 60_000 ? 'warn' : 'calm';
}

/** "now", "12 min", "3 h", "2 d": how long ago something was. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** "9 s", "4 min": a span in words, for a sentence. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** "13:58" */
export const clock = (at: number) => clockFormat.format(at);
/** "13:58" today, "Nov 3, 13:58" on other days. */
export function dayAndClock(at: number, today: number): string {
  const isToday = new Date(at).toDateString() === new Date(today).toDateString();
  return isToday ? clock(at) : `${dayFormat.format(at)}, ${clock(at)}`;
}
/** The first moment of the day, by the calendar of whoever reads. */
export const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0);
export const fullTime = (at: number) => fullFormat.format(at);
