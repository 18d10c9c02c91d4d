import type { ConversationStatus } from '../../protocol/agent.ts';
import type { AnswerFailure, Judged } from '../../protocol/conversation.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { FeedbackItem, FeedbackReason, ReceiptStatus, Signal } from '../../protocol/feedback.ts';
import type { AppliedGuidance, GuidanceKind } from '../../protocol/guidance.ts';
import type { FailureCause, HandoffReason, Harm, Outcome, SuggestionReason } from '../../protocol/handoff.ts';
import type { PromiseKind } from '../../protocol/promise.ts';

/** What the codes of the protocol are called on the agents' screens. */
export const feedbackReasons: Readonly<Record<FeedbackReason, string>> = {
  wrong: 'Wrong',
  outdated: 'Outdated',
  did_not_understand: 'Did not understand',
  not_what_i_asked: 'Not what I asked',
  unkind_or_unfair: 'Unkind or unfair',
  other: 'Other',
};

/** What has become of a feedback. */
export const receiptStatuses: Readonly<Record<ReceiptStatus, string>> = {
  received: 'Received',
  looked_at: 'Looked at',
  changed: 'Changed',
  not_changed: 'Not changed',
};

/** What speaks against an answer without a word about it. */
export const signals: Readonly<Record<Signal, string>> = {
  rephrased: 'Rephrased',
  asked_again: 'Asked again',
  asked_for_person: 'Asked for a person',
  came_back: 'Came back',
};

/** What the customer said of their way to a person. */
export function handoffRatingWords({
  hadToRepeat,
  wasWaitAsSaid,
}: Partial<Pick<FeedbackItem, 'hadToRepeat' | 'wasWaitAsSaid'>>): string[] {
  return [
    ...(typeof hadToRepeat === 'boolean' ? [hadToRepeat ? 'had to repeat it' : 'no need to repeat'] : []),
    ...(typeof wasWaitAsSaid === 'boolean' ? [wasWaitAsSaid ? 'wait as said' : 'wait not as said'] : []),
  ];
}

export const handoffReasons: Readonly<Record<HandoffReason, string>> = {
  customer_asked: 'asked for a person',
  customer_said: 'asked for a person',
  bot_asked: 'bot gave up',
  bot_promised: 'bot promised a person',
  promise_missed: 'promise missed',
  guidance: 'topic for people',
};

/** Why a person was suggested to the customer. */
export const suggestionReasons: Readonly<Record<SuggestionReason, string>> = {
  bot_failed: 'the bot failed',
  bot_unsure: 'the bot had no answer',
  bot_repeated: 'the bot repeated itself',
  bot_promised: 'the bot spoke of a person',
  customer_rephrased: 'the customer asked again in other words',
  downvotes: 'the answers were voted down',
  anger: 'the customer is angry',
  asked_if_bot: 'the customer asked whether this is a bot',
};

export const failures: Readonly<Record<AnswerFailure, string>> = {
  timeout: 'The bot did not answer in time.',
  unreachable: 'The bot could not be reached.',
  rejected: 'The bot refused the question.',
  malformed: 'The bot answered nonsense.',
  too_large: 'The answer was too long.',
  interrupted: 'The answer was cut off.',
};

export const outcomes: Readonly<Record<Outcome, string>> = { solved: 'solved', unsolved: 'not solved' };

/** Why the bot failed, as agents say it. */
export const causes: Readonly<Record<FailureCause, string>> = {
  missing_knowledge: 'Missing knowledge',
  wrong_knowledge: 'Wrong knowledge',
  misunderstood: 'Misunderstood',
  could_not_act: 'Could not act',
  tone: 'Tone',
  preferred_person: 'Preferred a person',
  other: 'Other',
};

export const statuses: Readonly<Record<ConversationStatus, string>> = {
  bot: 'with the bot',
  waiting: 'waiting',
  human: 'with a person',
  resolved: 'resolved',
};

/** What became of a command that was refused or did not arrive. */
export function refusalWords(code: RefusalCode | 'unsent'): string {
  switch (code) {
    case 'unsent':
      return 'That did not get through. Try again in a moment.';
    case 'not_waiting':
      return 'Nobody waits here any more.';
    case 'not_assigned':
      return 'This conversation is not yours any more.';
    case 'not_theirs':
      return 'It is with somebody else by now.';
    case 'no_such_turn':
      return 'The bot has not finished this answer.';
    case 'shortcut_taken':
      return 'Another canned response of this site has this shortcut.';
    case 'limit_reached':
      return 'This site has as many canned responses as there may be. Delete one first.';
    case 'already_resolved':
      return 'It has been resolved already.';
    case 'offered_to_another':
      return 'It is offered to a colleague at the moment.';
    case 'not_found':
      return 'There is no such conversation, or it is not yours to see.';
    case 'no_such_feedback':
      return 'The customer has taken this back.';
    case 'already_reviewed':
      return 'Somebody was faster: load the list anew.';
    case 'word_needed':
      return 'Say why, in a word: the customer reads it.';
    case 'no_such_promise':
      return 'This promise has ended already.';
    case 'not_your_promise':
      return "This is a colleague's promise, and you do not have the conversation.";
    case 'too_many_promises':
      return 'Ten promises are open here already. Keep or take back one first.';
    case 'bad_deadline':
      return 'Choose a time from now on, within 90 days.';
    case 'rate_limited':
      return 'Too much at once. Try again in a moment.';
    case 'no_such_file':
      return 'One of the files is no longer there. Remove it, and attach it again.';
    case 'invalid':
    case 'too_large':
      return 'The server did not take this text.';
    default:
      return 'That did not work on our side. Try again.';
  }
}

const languageNames = new Intl.DisplayNames(undefined, { type: 'language' });

/** "German" for `de-AT`; the tag itself where the browser knows no name. */
export function languageName(tag: string): string {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    // The customer's page gave the tag: one that no standard knows is shown as it is.
    return tag;
  }
}

/** "1 answer", "3 answers" */
export const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`;

/** Why a customer goes before others: goes on after "as". */
export const harms: Readonly<Record<Harm, string>> = {
  repeat_failure: 'the bot failed them again and again',
  acted_on_answer: 'they did what the bot told them',
  urgent: 'they say it cannot wait',
  vip: 'your site puts customers like them first',
};

export const harmTags: Readonly<Record<Harm, string>> = {
  repeat_failure: 'bot kept failing',
  acted_on_answer: 'acted on an answer',
  urgent: 'urgent',
  vip: 'VIP',
};

export const promiseKinds: Readonly<Record<PromiseKind, string>> = {
  follow_up: 'Follow-up',
  call_back: 'Call back',
  answer: 'An answer',
  wait: 'A person in time',
};

/** What the handoff policy made of an answer: also where nobody was offered. */
export const judgedWords = ({ decision, reason }: Judged): string =>
  decision === 'offer' && reason !== null
    ? `A person was to be suggested here, as ${suggestionReasons[reason]}`
    : 'No reason to suggest a person here';

const guidanceKinds: Readonly<Record<GuidanceKind, string>> = {
  answer: 'given word for word',
  hint: 'told to the bot',
  person: 'this topic goes to people',
};

/** That what people had approved was applied, in a few words. */
export const guidanceTag = ({ kind, version }: Pick<AppliedGuidance, 'kind' | 'version'>) =>
  `Guidance, version ${version}: ${guidanceKinds[kind]}`;

/** What people had approved for a question, and how surely it was for it. */
export const guidanceWords = ({ kind, version, score, threshold, judge }: AppliedGuidance) =>
  `${guidanceTag({ kind, version })} · ${score.toFixed(2)} alike, ${threshold.toFixed(2)} needed` +
  (judge === undefined ? '' : ' · close, and confirmed by the judging model');
