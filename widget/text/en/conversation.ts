import type { FeedbackReason, Rating } from '../../../protocol/feedback.ts';
import type { Outcome } from '../../../protocol/handoff.ts';
import { ordinal, plural } from './numbers.ts';

const ratings = ['Very bad', 'Bad', 'Okay', 'Good', 'Very good'];

/** The words of a running conversation and of what is said about the assistant: loaded with its components. */
export const conversationText = {
  // Who says what, and what becomes of it.
  conversation: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  saidAt: (who: string, time: string) => `${who}, ${time}:`,
  sending: 'Sending…',
  queued: "Kept · sent when you're back",
  notSent: 'Not sent',
  retry: 'Retry',
  answering: 'Assistant is answering',
  stillWorking: 'Still working on it…',
  stopped: 'Stopped here, because the conversation went on.',
  interrupted: 'The answer broke off. That was on our side, not yours. Try once more, or talk to a person.',
  failed: "That didn't work on our side, not yours. Try once more, or talk to a person.",
  failedLater: "That didn't work on our side, not yours.",
  unknown: "I don't know that. A person will.",
  sources: 'Sources',
  typing: (name: string) => `${name} is writing`,
  newMessages: 'New messages',

  // What happens with people.
  asked: 'Asked for a person',
  placeLong: (place: number) => (place === 1 ? "You're next in line" : `You're ${ordinal(place)} in line`),
  placeUnknown: "You're in line",
  askedByBot: 'The assistant asked for a person',
  askedNote: 'Nothing you wrote is lost: they will see it all.',
  waitingNote: "We can't tell yet how long it takes. You can keep asking here: nothing you write is lost.",
  nobodyHere:
    "Nobody is here right now. You're in line; stay or come back here: the answer will wait in this chat.",
  leaveLine: 'Leave the line',
  cancelled: "You left the line. You're talking to the AI assistant.",
  joined: (name: string) => `${name} joined. They can see the conversation so far.`,
  transferred: (from: string, to: string) => `${from} passed you on to ${to}, who can see it all.`,
  transferredToQueue: (from: string) => `${from} passed you on. You're in line for a colleague.`,
  returned: (name: string) => `${name} has left. You're talking to the AI assistant again.`,
  returnedWith: (name: string, decision: string) =>
    `${name} has left. What was decided: ${decision} You're talking to the AI assistant again.`,
  resolvedBy: (name: string) => `${name} ended the conversation.`,
  resolvedByYou: (outcome: Outcome) =>
    outcome === 'solved' ? 'You marked this as solved.' : 'You ended the conversation.',
  resolved: 'The conversation has ended.',
  reopenedToAgent: (name: string) => `You're with ${name} again.`,
  reopened: "Open again. You're talking to the AI assistant.",
  rated: (rating: Rating) => `You rated this conversation: ${ratings[rating - 1]}`,
  startOver: 'Start a new conversation',
  startOverNote: 'Or just write on: this conversation opens again.',

  // What the customer thinks of an answer.
  good: 'Good answer',
  bad: 'Bad answer',
  whatWasWrong: 'What was wrong with it?',
  reasons: {
    wrong: 'Wrong',
    outdated: 'Outdated',
    did_not_understand: "Didn't understand",
    not_what_i_asked: 'Not what I asked',
    unkind_or_unfair: 'Unkind or unfair',
    other: 'Something else',
  } satisfies Record<FeedbackReason, string>,
  whatWouldBeRight: 'What would have been right? (optional)',
  send: 'Send',
  notNow: 'Not now',
  thanksDown: 'Thank you. A person reads this.',
  thanksUp: 'Good to hear.',
  addReason: 'Say more',
  solved: 'This is solved',

  // The conversation as a whole.
  rateTitle: 'How was this conversation?',
  rateAgentTitle: (name: string) => `How was it with ${name}?`,
  ratings,
  rateComment: 'What should we know? (optional)',

  // About this assistant.
  back: 'Back to the chat',
  aboutWhat: 'What it is',
  aboutWhatText:
    'An AI assistant: a program that writes its answers itself. No person reads them before you do. It can be wrong, out of date or miss what you mean.',
  aboutWho: 'Who answers for it',
  aboutWhoText: (who: string) => `${who} runs it and answers for what it says.`,
  aboutHuman: 'A person',
  aboutHumanText:
    'You can ask for a person at any time, with one tap. They see the whole conversation, so you need not repeat it.',
  aboutKept: 'What is kept',
  aboutKeptText:
    'The conversation and your feedback are kept by those who run this chat. This device keeps a key to your conversation, so that it is here when you come back.',
  aboutFeedback: 'Who reads your feedback',
  aboutFeedbackText: 'People in the team that looks after this assistant. They use it to put answers right.',
  end: 'End this conversation',
  endQuestion: 'Is your question solved?',
  endSolved: 'Yes, solved',
  endUnsolved: 'No, just end it',
  forget: 'Forget this chat on this device',
  forgetQuestion:
    'This chat will no longer open here, and unsent messages are lost. What was sent stays with those who run it.',
  forgetYes: 'Forget it',
  forgetNo: 'Keep it',

  // Said to screen readers.
  moreWords: (start: string, count: number) =>
    `${start} ${plural(count, 'more word', 'more words')} in the conversation.`,
};
