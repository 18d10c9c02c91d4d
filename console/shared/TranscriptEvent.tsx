import type { EventItem, TranscriptItem } from '../../browser/transcript.ts';
import type { FactOf } from '../../protocol/conversation.ts';
import type { HandoffReason } from '../../protocol/handoff.ts';
import type { Actor } from '../../protocol/message.ts';
import { clock, fullTime, span } from './time.ts';
import { causes, handoffRatingWords, harms, outcomes, receiptStatuses, suggestionReasons } from './words.ts';

/** A change of state between the lines: when, what, by whom. */
export function EventLine(props: { item: EventItem; before: TranscriptItem | undefined; meId: string }) {
  const { item, before, meId } = props;
  return (
    <p class="event">
      <time dateTime={new Date(item.at).toISOString()} title={fullTime(item.at)}>
        {clock(item.at)}
      </time>
      <span>{eventWords(item, before, meId)}</span>
    </p>
  );
}

export function eventWords(item: EventItem, before: TranscriptItem | undefined, meId: string): string {
  const { fact } = item;
  const person = (agent: { id: string; name: string }) => (agent.id === meId ? 'you' : agent.name);
  switch (fact.type) {
    case 'handoff.requested':
      return [
        withDetail(requestWords[fact.reason], fact.detail),
        ...(fact.because === undefined ? [] : [`before others, as ${harms[fact.because]}`]),
      ].join(' · ');
    case 'handoff.raised':
      return `Goes before others from now on, as ${harms[fact.because]}`;
    case 'handoff.suggested':
      return withDetail(`A person was suggested, as ${suggestionReasons[fact.reason]}`, evidenceOf(fact));
    case 'answer.corrected':
      return `The bot promised what nobody does; the customer was told so: “${fact.quote}”`;
    case 'transcript.shared':
      return sharedWords(fact.lines.length);
    case 'queue.told':
      return toldWords(fact);
    case 'followup.asked':
      return `Wants the answer by e-mail, too: ${fact.email}`;
    case 'followup.sent':
      return `Sent to ${fact.email}, too`;
    case 'handoff.cancelled':
      return 'No longer waits for a person';
    case 'handoff.offered':
      return `Offered to ${person(fact.agent)}`;
    case 'handoff.offer_expired':
      return `Not taken by ${person(fact.agent)}`;
    case 'handoff.declined':
      return `Passed on by ${person(fact.agent)}`;
    case 'handoff.accepted': {
      const wasAsked = before?.kind === 'event' && before.fact.type === 'handoff.requested';
      const waited = wasAsked ? ` after ${span(item.at - before.at)}` : '';
      return `${sentence(person(fact.agent))} accepted${waited}`;
    }
    case 'handoff.transferred':
      if (fact.by.kind === 'system') return `Back in the queue: ${person(fact.from)} was gone`;
      if (fact.to.kind === 'agent' && fact.by.kind === 'agent' && fact.by.id === fact.to.agent.id) {
        return `${sentence(person(fact.to.agent))} took over from ${person(fact.from)}`;
      }
      return fact.to.kind === 'agent'
        ? `Passed on by ${person(fact.from)} to ${person(fact.to.agent)}`
        : `Passed back to the queue by ${person(fact.from)}`;
    case 'handoff.returned': {
      const decided = fact.decision === '' ? '' : `. What was decided: ${fact.decision}`;
      return `${sentence(person(fact.agent))} handed back to the bot${decided}${causeWords(fact)}`;
    }
    case 'conversation.resolved':
      return `Resolved by ${actorWords(fact.by, meId)}: ${outcomes[fact.outcome]}${causeWords(fact)}`;
    case 'conversation.reopened':
      return fact.to === 'bot' ? 'The customer wrote again: with the bot' : 'The customer wrote again';
    case 'conversation.rated':
      return `Rated ${fact.rating} of 5${fact.comment === '' ? '' : ` · “${fact.comment}”`}`;
    case 'handoff.rated':
      return `On the handoff: ${handoffRatingWords(fact).join(', ') || 'nothing said'}`;
    case 'feedback.reviewed': {
      const about = typeof fact.about === 'number' ? 'an answer' : `the ${fact.about}`;
      return `Feedback on ${about}: ${receiptStatuses[fact.status].toLowerCase()}, by ${actorWords(fact.by, meId)}${
        fact.word === '' ? '' : ` · “${fact.word}”`
      }`;
    }
  }
}

const causeWords = ({ cause }: Pick<FactOf<'conversation.resolved'>, 'cause'>) =>
  cause === undefined ? '' : ` · Why the bot failed: ${causes[cause].toLowerCase()}`;

export const sharedWords = (lines: number) =>
  `Shared by the page: ${lines} ${lines === 1 ? 'line' : 'lines'}`;

const requestWords: Readonly<Record<HandoffReason, string>> = {
  customer_asked: 'Asked for a person',
  customer_said: 'Asked for a person in words',
  bot_asked: 'The bot asked for a person',
  bot_promised: 'The bot promised a person, so one was asked for',
  promise_missed: 'A promise was missed, so a person was asked for',
  guidance: 'By guidance this goes to people, so one was asked for',
};

/** The words that led to it; none where they are the whole text that stands right above. */
const evidenceOf = ({ reason, evidence }: FactOf<'handoff.suggested'>) =>
  reason === 'bot_repeated' || reason === 'customer_rephrased' ? '' : evidence;

const withDetail = (words: string, detail: string) => (detail === '' ? words : `${words}: ${detail}`);

function toldWords({ place, isAnyoneOnline, wait }: FactOf<'queue.told'>): string {
  if (!isAnyoneOnline) return 'Told that nobody is here';
  const range = wait === null ? '' : `, ${usually(wait)}`;
  return `Told: ${place === 1 ? 'next' : `number ${place}`} in line${range}`;
}

const usually = ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
  fromMs === 0 ? `usually within ${span(toMs)}` : `usually ${span(fromMs)} to ${span(toMs)}`;

function actorWords(by: Actor, meId: string): string {
  if (by.kind === 'agent') return by.id === meId ? 'you' : by.name;
  return by.kind === 'customer' ? 'the customer' : 'Handrail';
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
