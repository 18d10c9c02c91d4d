import type { ConversationStatus } from '../protocol/agent.ts';
import type { Fact } from '../protocol/conversation.ts';
import type { AnswerChunk, FactsEvent } from '../protocol/events.ts';
import type { FeedbackAbout } from '../protocol/feedback.ts';
import type { AgentRef } from '../protocol/message.ts';
import type { AnswerItem, EventFact, PromiseFact, Transcript, TranscriptItem } from './transcript-model.ts';

export * from './transcript-model.ts';

/** What became of a `facts` event. With a `gap`, pull the facts behind `after`; nothing has been applied. */
export type Applied =
  | { readonly kind: 'applied'; readonly transcript: Transcript }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'gap'; readonly after: number };

/**
 * The transcript after a `facts` event or a page of a pull (D5). Facts that it already holds are skipped, so
 * that overlapping and repeated deliveries do no harm; an event of another conversation is ignored.
 */
export function applyFacts(transcript: Transcript, event: FactsEvent): Applied {
  const { seq } = transcript;
  if (event.conversationId !== transcript.conversationId || event.through <= seq) return { kind: 'ignored' };
  if (event.after > seq) return { kind: 'gap', after: seq };
  // One copy for the whole event: a page of 200 facts costs as much as a single one.
  const draft: Draft = { ...transcript, items: [...transcript.items] };
  for (const fact of event.facts) if (fact.seq > seq) apply(draft, fact);
  draft.seq = event.through;
  draft.canRate = draft.status === 'resolved' || (draft.status !== 'human' && draft.lastAgent !== null);
  return { kind: 'applied', transcript: draft };
}

/**
 * The transcript with more text of the running answer. Text that is already there is not added again; a chunk
 * that leaves a hole is dropped, and the whole comes with `answer.ended`. Offsets count UTF-16 units.
 */
export function applyChunk(transcript: Transcript, chunk: AnswerChunk): Transcript {
  if (chunk.conversationId !== transcript.conversationId) return transcript;
  const at = indexOfTurn(transcript.items, chunk.turn);
  const answer = transcript.items[at];
  if (answer?.kind !== 'answer' || answer.state !== 'pending') return transcript;
  const known = answer.text.length;
  if (chunk.offset > known || chunk.offset + chunk.text.length <= known) return transcript;
  const text = answer.text + chunk.text.slice(known - chunk.offset);
  return { ...transcript, items: transcript.items.with(at, { ...answer, text }) };
}

type Draft = { -readonly [K in keyof Transcript]: Transcript[K] } & { items: TranscriptItem[] };

function apply(draft: Draft, fact: Fact): void {
  const { seq, at, by } = fact;
  switch (fact.type) {
    case 'conversation.started':
      draft.context = fact.context;
      return;
    case 'message.sent':
      draft.items.push({ kind: 'message', seq, at, by, text: fact.text, files: fact.files, cid: fact.cid });
      return;
    case 'note.added':
      draft.items.push({ kind: 'note', seq, at, by, text: fact.text });
      return;
    case 'answer.started': {
      const unsaid = { text: '', sources: [], failure: null, replies: [], feedback: null };
      draft.items.push({ ...fact, ...unsaid, kind: 'answer', state: 'pending', judged: undefined });
      draft.pendingTurn = fact.turn;
      return;
    }
    case 'answer.ended': {
      const { turn, outcome: state, text, sources, failure, judged, replies = [] } = fact;
      changeAnswer(draft, turn, { state, text, sources, failure, judged, replies });
      if (draft.pendingTurn === turn) draft.pendingTurn = null;
      return;
    }
    case 'feedback.given': {
      const { turn, verdict, reasons, comment, rightAnswer, doNotTrain } = fact;
      const isTakenBack = verdict === 'none';
      const feedback = isTakenBack ? null : { verdict, reasons, comment, rightAnswer, doNotTrain };
      const answer = draft.items[indexOfTurn(draft.items, turn)];
      const review = answer?.kind === 'answer' ? answer.review : undefined;
      // Said after the end it is something new, as `receiptsAfter` of the server has it.
      const isKept = !isTakenBack && review?.status === 'looked_at';
      changeAnswer(draft, turn, { feedback, review: isKept ? review : undefined });
      return;
    }
    case 'answer.improved':
      changeAnswer(draft, fact.turn, { better: fact });
      return;
    default:
      if (isPromise(fact)) {
        draft.items.push({ kind: 'promise', seq, at, fact });
        return;
      }
      draft.items.push({ kind: 'event', seq, at, fact });
      changeState(draft, fact);
  }
}

/** By the beginning of its name: four names would cost the widget bytes that it has not. */
const isPromise = (fact: Fact): fact is PromiseFact => fact.type.startsWith('promise.');

function changeState(draft: Draft, fact: EventFact): void {
  switch (fact.type) {
    case 'handoff.requested':
      enter(draft, 'waiting', fact.at);
      draft.reason = fact.reason;
      return;
    case 'handoff.accepted':
      enter(draft, 'human', fact.at, fact.agent);
      return;
    case 'handoff.transferred':
      if (fact.to.kind === 'agent') {
        enter(draft, 'human', fact.at, fact.to.agent);
      } else {
        enter(draft, 'waiting', fact.at);
        draft.reason = 'customer_asked';
      }
      return;
    case 'handoff.cancelled':
    case 'handoff.returned':
      enter(draft, 'bot', fact.at);
      return;
    case 'conversation.reopened':
      if (fact.to === 'agent' && draft.lastAgent !== null) enter(draft, 'human', fact.at, draft.lastAgent);
      else enter(draft, 'bot', fact.at);
      return;
    case 'conversation.resolved':
      enter(draft, 'resolved', fact.at);
      return;
    case 'feedback.reviewed':
      changeAnswer(draft, fact.about, { review: fact });
      return;
    case 'conversation.rated':
      draft.rating = { rating: fact.rating, comment: fact.comment };
      return;
    case 'queue.told':
      draft.told = { place: fact.place, isAnyoneOnline: fact.isAnyoneOnline, wait: fact.wait };
      return;
  }
}

/** Every state starts clean: a field stays set only in the state where it means something. */
function enter(draft: Draft, status: ConversationStatus, at: number, agent: AgentRef | null = null): void {
  draft.status = status;
  draft.agent = agent;
  draft.joinedAt = agent && at;
  draft.lastAgent = agent ?? draft.lastAgent;
  draft.waitingSince = status === 'waiting' ? at : null;
  draft.reason = null;
  draft.told = null;
}

function changeAnswer(draft: Draft, turn: FeedbackAbout, change: Partial<AnswerItem>): void {
  const at = indexOfTurn(draft.items, turn);
  const answer = draft.items[at];
  if (answer?.kind === 'answer') draft.items[at] = { ...answer, ...change };
}

/** From the end, because it is nearly always the last answer that is meant. -1 if there is none. */
const indexOfTurn = (items: readonly TranscriptItem[], turn: FeedbackAbout) =>
  items.findLastIndex((item) => item.kind === 'answer' && item.turn === turn);
