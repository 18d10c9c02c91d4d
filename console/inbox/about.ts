import type { AnswerItem, EventItem, Transcript } from '../../browser/transcript.ts';
import type { FactOf } from '../../protocol/conversation.ts';
import { count, feedbackReasons } from '../shared/words.ts';

/** What an agent should know before the first word. */
export interface About {
  /** The customer's last question before they asked for a person; empty if they have asked nothing. */
  readonly topic: string;
  readonly beganAt: number | null;
  /** Why they asked, one sentence each, the first reason first. */
  readonly reasons: readonly string[];
}

export function aboutOf(transcript: Transcript): About {
  const { items } = transcript;
  const answers = items.filter((item): item is AnswerItem => item.kind === 'answer');
  const down = answers.filter((answer) => answer.feedback?.verdict === 'down');
  const failed = answers.filter((answer) => answer.state === 'failed').length;
  const unknown = answers.filter((answer) => answer.state === 'unknown').length;
  const marks = [...new Set(down.flatMap((answer) => answer.feedback?.reasons ?? []))];
  const reasons = [
    requestWords(lastRequest(transcript)),
    down.length === 0
      ? ''
      : sentenceOfMarks(
          down.length,
          marks.map((reason) => feedbackReasons[reason]),
        ),
    failed === 0 ? '' : `The bot failed ${times(failed)}.`,
    unknown === 0 ? '' : `The bot did not know ${times(unknown)}.`,
  ];
  return {
    topic: topicOf(transcript),
    beganAt: items[0]?.at ?? null,
    reasons: reasons.filter((reason) => reason !== ''),
  };
}

function topicOf({ items }: Transcript): string {
  const request = items.findLastIndex(
    (item) => item.kind === 'event' && item.fact.type === 'handoff.requested',
  );
  const said = items
    .slice(0, request === -1 ? items.length : request)
    .findLast((item) => item.kind === 'message' && item.by.kind === 'customer');
  return said?.kind === 'message' ? said.text : '';
}

function lastRequest({ items }: Transcript): FactOf<'handoff.requested'> | null {
  const item = items.findLast(
    (candidate): candidate is EventItem =>
      candidate.kind === 'event' && candidate.fact.type === 'handoff.requested',
  );
  return item?.fact.type === 'handoff.requested' ? item.fact : null;
}

function requestWords(request: FactOf<'handoff.requested'> | null): string {
  if (request === null) return '';
  if (request.reason === 'customer_asked') return 'They asked for a person.';
  return request.detail === ''
    ? 'The bot asked for a person.'
    : `The bot asked for a person: ${request.detail}`;
}

function sentenceOfMarks(number: number, marks: readonly string[]): string {
  const why = marks.length === 0 ? '' : `: ${marks.join(', ').toLowerCase()}`;
  return `${count(number, 'answer')} of the bot marked down${why}.`;
}

const times = (number: number) => ['', 'once', 'twice'][number] ?? `${number} times`;
