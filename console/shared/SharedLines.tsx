import type { FactOf } from '../../protocol/conversation.ts';
import { scrollable } from './scrollable.ts';
import { sharedWords } from './TranscriptEvent.tsx';
import { clock, fullTime } from './time.ts';

/**
 * What the page says was said in its own chat before: folded, so that it does not push the conversation away, and as
 * plain text, because a page can claim anything.
 */
export function SharedLines({ fact }: { fact: FactOf<'transcript.shared'> }) {
  return (
    <details class="shared">
      <summary>
        <time dateTime={new Date(fact.at).toISOString()} title={fullTime(fact.at)}>
          {clock(fact.at)}
        </time>
        <span>{sharedWords(fact.lines.length)}</span>
      </summary>
      <ol {...scrollable}>
        {fact.lines.map((line, index) => (
          // Lines never change or move.
          <li key={`${index} ${line.author}`} class={`by-${line.author}`}>
            <b>{line.author === 'bot' ? 'Bot' : 'Customer'}</b>
            <p class="text">{line.text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}
