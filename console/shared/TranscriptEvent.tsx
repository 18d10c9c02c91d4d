import type { EventItem, TranscriptItem } from '../../browser/transcript.ts';
import type { Actor } from '../../protocol/message.ts';
import { clock, fullTime, span } from './time.ts';
import { outcomes } from './words.ts';

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
      if (fact.reason === 'customer_asked') return 'Asked for a person';
      return fact.detail === '' ? 'The bot asked for a person' : `The bot asked for a person: ${fact.detail}`;
    case 'handoff.cancelled':
      return 'No longer waits for a person';
    case 'handoff.offered':
      return `Offered to ${person(fact.agent)}`;
    case 'handoff.offer_expired':
      return `Not taken by ${person(fact.agent)}`;
    case 'handoff.accepted': {
      const wasAsked = before?.kind === 'event' && before.fact.type === 'handoff.requested';
      const waited = wasAsked ? ` after ${span(item.at - before.at)}` : '';
      return `${sentence(person(fact.agent))} accepted${waited}`;
    }
    case 'handoff.transferred':
      return fact.to.kind === 'agent'
        ? `Passed on by ${person(fact.from)} to ${person(fact.to.agent)}`
        : `Passed back to the queue by ${person(fact.from)}`;
    case 'handoff.returned': {
      const decided = fact.decision === '' ? '' : `. What was decided: ${fact.decision}`;
      return `${sentence(person(fact.agent))} handed back to the bot${decided}`;
    }
    case 'conversation.resolved':
      return `Resolved by ${actorWords(fact.by, meId)}: ${outcomes[fact.outcome]}`;
    case 'conversation.reopened':
      return fact.to === 'bot' ? 'The customer wrote again: with the bot' : 'The customer wrote again';
    case 'conversation.rated':
      return `Rated ${fact.rating} of 5${fact.comment === '' ? '' : ` · “${fact.comment}”`}`;
  }
}

function actorWords(by: Actor, meId: string): string {
  if (by.kind === 'agent') return by.id === meId ? 'you' : by.name;
  return by.kind === 'customer' ? 'the customer' : 'Handrail';
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
