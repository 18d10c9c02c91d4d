import { span } from '../shared/time.ts';

const hourMs = 60 * 60_000;

/** Usual deadlines from here; those that have passed for today are left out. @param today epoch ms, now */
export function quickDeadlines(today: number): { readonly name: string; readonly at: number }[] {
  const at = (days: number, hours: number) => {
    const day = new Date(today);
    // By the calendar, so that it stays 10:00 where clocks are changed in between.
    day.setDate(day.getDate() + days);
    return day.setHours(hours, 0, 0, 0);
  };
  return [
    { name: 'In 1 hour', at: today + hourMs },
    { name: 'Today 17:00', at: at(0, 17) },
    { name: 'Tomorrow 10:00', at: at(1, 10) },
  ].filter((one) => one.at > today);
}

const two = (value: number) => String(value).padStart(2, '0');

/** As `<input type="datetime-local">` has it: this computer's own time. */
export function inputTime(at: number): string {
  const day = new Date(at);
  const date = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  return `${date}T${two(day.getHours())}:${two(day.getMinutes())}`;
}

/** @returns null for what is no time */
export function timeOf(input: string): number | null {
  const at = new Date(input).getTime();
  return input === '' || Number.isNaN(at) ? null : at;
}

/** How close a deadline is: what its colour and its words say. */
export function closeness(
  dueAt: number,
  today: number,
): { readonly state: 'calm' | 'soon' | 'late'; readonly words: string } {
  const left = dueAt - today;
  if (left < 0) return { state: 'late', words: `overdue for ${span(-left)}` };
  const days = Math.floor(left / (24 * hourMs));
  const words = days >= 2 ? `in ${days} days` : `in ${span(left)}`;
  return { state: left < hourMs ? 'soon' : 'calm', words };
}
