import type { PromiseFact, PromiseItem } from '../../browser/transcript.ts';
import { clock, dayAndClock, fullTime } from './time.ts';
import { promiseKinds } from './words.ts';

/** What was promised, and what became of it. */
export function PromiseLine({ item, meId }: { item: PromiseItem; meId: string }) {
  return (
    <p class={item.fact.type === 'promise.missed' ? 'event missed' : 'event'}>
      <time dateTime={new Date(item.at).toISOString()} title={fullTime(item.at)}>
        {clock(item.at)}
      </time>
      <span>{promiseWords(item.fact, meId)}</span>
    </p>
  );
}

export function promiseWords(fact: PromiseFact, meId: string): string {
  switch (fact.type) {
    case 'promise.made': {
      const { owner, kind, text, dueAt } = fact;
      const who = owner === null ? 'Promised' : `${owner.id === meId ? 'You' : owner.name} promised`;
      const what = text === '' ? promiseKinds[kind].toLowerCase() : `“${text}”`;
      return `${who} by ${dayAndClock(dueAt, fact.at)}: ${what}`;
    }
    case 'promise.kept':
      return 'Promise kept';
    case 'promise.missed':
      return 'Promise missed; the customer was told, with an apology';
    case 'promise.cancelled':
      return `Promise taken back: ${fact.why}`;
  }
}
