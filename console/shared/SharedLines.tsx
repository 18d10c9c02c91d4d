import type { FactOf } from '../../protocol/conversation.ts';
import { scrollable } from './scrollable.ts';
import { sharedWords } from './TranscriptEvent.tsx';
import { clock, dayAndClock, fullTime } from './time.ts';

/** What is said to have been later than it came was not: that clock is wrong, or the time made up. Some are a little ahead. */
const clockErrorMs = 5 * 60_000;

/**
 * What the page says was said in its own chat before: folded, so that it does not push the conversation away, and as
 * plain text, because a page can claim anything, also about the time.
 */
export function SharedLines({ fact }: { fact: FactOf<'transcript.shared'> }) {
  return (
    <details class="shared">
      <summary>
        <Time at={fact.at} words={clock(fact.at)} />
        <span>{sharedWords(fact.lines.length)}</span>
      </summary>
      <ol {...scrollable} aria-label="Lines shared by the page">
        {fact.lines.map(({ author, text, at }, index) => (
          // Lines never change or move.
          <li key={`${index} ${author}`} class={`by-${author}`}>
            <b>{author === 'bot' ? 'Bot' : 'Customer'}</b>
            {at !== undefined && at <= fact.at + clockErrorMs && (
              <Time at={at} words={dayAndClock(at, fact.at)} />
            )}
            <p class="text">{text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}

const Time = ({ at, words }: { at: number; words: string }) => (
  <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
    {words}
  </time>
);
