import type { EventFact, EventItem, PromiseFact, PromiseItem } from '../../browser/transcript.ts';
import type { FactOf } from '../../protocol/conversation.ts';
import type { ConversationText } from '../text/text.ts';
import { Offer } from './Offer.tsx';
import { timeOf, useText, useUi } from './ui.ts';

/** Something that happened: a line of its own, never mistaken for speech. */
export function EventLine({ item }: { item: EventItem | PromiseItem }) {
  const text = useText();
  const { chat } = useUi();
  const words = eventWords(item.fact, text, chat.transcript.value.lastAgent?.name);
  if (words === null) return null;
  if (item.fact.type === 'handoff.suggested' || item.fact.type === 'answer.corrected') {
    return <Offer words={words} />;
  }
  if (item.fact.type === 'feedback.reviewed') return <Changed fact={item.fact} words={words} />;
  const isPerson = item.fact.type === 'handoff.accepted';
  return (
    <p class={isPerson ? 'event here' : 'event'} dir="auto" title={timeOf(item.at)}>
      {words}
    </p>
  );
}

/** They told us, we changed it: with the question at hand, where it was about an answer. */
function Changed({ fact, words }: { fact: FactOf<'feedback.reviewed'>; words: string }) {
  const text = useText();
  const { chat, send } = useUi();
  const { items } = chat.transcript.value;
  const answer = items.find((item) => item.kind === 'answer' && item.turn === fact.about);
  const question = answer?.kind === 'answer' && items.find(({ seq }) => seq === answer.question);
  return (
    <div class="offer changed">
      <p>{words}</p>
      {question && question.kind === 'message' && (
        <div class="buttons">
          <button type="button" class="button quiet" onClick={() => send(question.text)}>
            {text.tryAgain}
          </button>
        </div>
      )}
    </div>
  );
}

/** What happened in words; null for what is the server's own affair. */
export function eventWords(
  fact: EventFact | PromiseFact,
  text: ConversationText,
  lastAgent: string | undefined,
): string | null {
  switch (fact.type) {
    case 'handoff.requested':
      return text.askedBecause[fact.reason];
    case 'handoff.suggested':
      return text.suggested[fact.reason];
    case 'answer.corrected':
      return text.corrected;
    case 'transcript.shared':
      return text.shared;
    case 'followup.asked':
      return text.followUpAsked(fact.email);
    case 'followup.sent':
      return text.followUpSent(fact.email);
    case 'handoff.cancelled':
      return text.cancelled;
    case 'handoff.accepted':
      return text.joined(fact.agent.name);
    case 'handoff.transferred':
      return fact.to.kind === 'agent'
        ? text.transferred(fact.from.name, fact.to.agent.name)
        : text.transferredToQueue(fact.from.name, fact.by.kind === 'agent');
    case 'handoff.returned':
      return fact.decision.trim() === ''
        ? text.returned(fact.agent.name)
        : text.returnedWith(fact.agent.name, sentence(fact.decision));
    case 'conversation.resolved':
      if (fact.by.kind === 'agent') return text.resolvedBy(fact.by.name);
      return fact.by.kind === 'customer' ? text.resolvedByYou(fact.outcome) : text.resolved;
    case 'conversation.reopened':
      return fact.to === 'agent' && lastAgent !== undefined ? text.reopenedToAgent(lastAgent) : text.reopened;
    case 'conversation.rated':
      return text.rated(fact.rating as Parameters<ConversationText['rated']>[0]);
    case 'feedback.reviewed':
      return text.told(fact);
    case 'promise.made':
      return text.promised(fact.owner?.name, fact.text, timeOf(fact.dueAt));
    case 'promise.kept':
      return text.promiseKept;
    case 'promise.missed':
      return text.promiseMissed;
    case 'promise.cancelled':
      return text.promiseTakenBack(fact.why);
    default:
      return null;
  }
}

/** Words that go on after it need a full stop before them. */
function sentence(words: string): string {
  const trimmed = words.trim();
  return /[.!?…。]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
