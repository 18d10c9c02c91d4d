import type { FactOf } from '../../../protocol/conversation.ts';
import type { FeedbackReason, Rating, ReviewStatus } from '../../../protocol/feedback.ts';
import type { HandoffReason, Outcome, SuggestionReason } from '../../../protocol/handoff.ts';
import { ordinal, plural } from './numbers.ts';
import { bad, good } from './thumbs.ts';

const ratings = ['Very bad', 'Bad', 'Okay', 'Good', 'Very good'];

const receipts = {
  looked_at: 'Our team has looked at this.',
  changed: 'We changed it.',
  not_changed: 'We did not change it.',
} satisfies Record<ReviewStatus, string>;

type Review = Pick<FactOf<'feedback.reviewed'>, 'about' | 'status' | 'word'>;
const withWord = (words: string, word: string) => (word ? `${words} ${word}` : words);

const usually = (from: number, to: number) =>
  `Usually ${from === to ? plural(to, 'minute', 'minutes') : `${from}-${to} minutes`}`;

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
  checked: 'Checked by our team',
  stillWorking: 'Still working on it…',
  stopped: 'Stopped here, because the conversation went on.',
  interrupted: 'The answer broke off. That was on our side, not yours. Try once more, or talk to a person.',
  failed: "That didn't work on our side, not yours. Try once more, or talk to a person.",
  failedLater: "That didn't work on our side, not yours.",
  unknown: "I don't know that. A person will.",
  sources: 'Sources',
  quickReplies: 'Ready answers',
  typing: (name: string) => `${name} is writing`,
  newMessages: 'New messages',

  // What happens with people.
  askedBecause: {
    customer_asked: 'Asked for a person',
    customer_said: 'You asked for a person, so we are asking our team',
    bot_asked: 'The assistant asked for a person',
    bot_promised: 'The assistant promised you a person, so we are asking our team',
    promise_missed: 'Sorry, we missed our promise',
    guidance: 'This is for a person, so we are asking our team',
  } satisfies Record<HandoffReason, string>,
  suggested: {
    bot_failed: 'That did not work. A person can take over; they see it all.',
    bot_unsure: 'The assistant seems unsure. A person can take over; they see it all.',
    bot_repeated: 'The assistant is going in circles. A person can take over; they see it all.',
    bot_promised: 'The assistant spoke of a person, but nobody has been asked yet.',
    customer_rephrased: 'Not what you meant? A person can take over; they see it all.',
    downvotes: 'Those answers were not good enough. A person can take over; they see it all.',
    anger: 'Sorry that this is hard. A person can take over; they see it all.',
    asked_if_bot: "Yes, you're talking to an AI assistant, not to a person. A person is one tap away.",
  } satisfies Record<SuggestionReason, string>,
  corrected:
    'The assistant said that someone would take care of this. That was wrong: nobody has been asked yet. You decide.',
  shared: 'What you wrote before was shared.',
  placeLong: (place: number) => (place === 1 ? "You're next in line" : `You're ${ordinal(place)} in line`),
  placeUnknown: "You're in line",
  askedNote: 'Nothing you wrote is lost: they will see it all.',
  waitingNote: "We can't tell yet how long it takes. You can keep asking here: nothing you write is lost.",
  waitRange: (from: number, to: number) =>
    `${usually(from, to)}. You can keep asking here: nothing you write is lost.`,
  usually,
  closed: (opensAt: string | null) => (opensAt ? `Back ${opensAt}` : 'We answer later'),
  kept: (percent: number) => `${percent} % of promises kept`,
  promised: (name: string | undefined, what: string, by: string) =>
    name ? `${name} promises by ${by}: ${what}` : `We are not here right now. You get an answer by ${by}.`,
  promiseKept: 'Done, as promised.',
  promiseMissed: 'Sorry: that promise was not kept in time. We see to it.',
  promiseTakenBack: (why: string) => `That promise was taken back: ${why}`,
  longerThanSaid: 'This takes longer than we told you. Sorry. You keep your place.',
  nobodyHere: 'Nobody is here right now',
  nobodyHereNote: "You're in line. Stay, or come back later: the answer will wait in this chat.",
  followUpOffer: 'Or get the answer by e-mail',
  followUpLabel: 'Get the answer by e-mail, too',
  followUpSend: 'Send it there',
  followUpKept: (email: string) => `The answer goes to ${email}, too.`,
  followUpSent: (email: string) => `Also sent to ${email}`,
  followUpAsked: (email: string) => `The answer goes to ${email}, too`,
  leaveLine: 'Leave the line',
  cancelled: "You left the line. You're talking to the AI assistant.",
  joined: (name: string) => `${name} joined. They can see the conversation so far.`,
  transferred: (from: string, to: string) => `${from} passed you on to ${to}, who can see it all.`,
  transferredToQueue: (from: string, isByThem: boolean) =>
    `${from} ${isByThem ? 'passed you on' : 'had to go, sorry'}. You're in line for a colleague.`,
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
  good,
  bad,
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
  sayMore: 'What should we know? (optional)',
  consent: 'People in our team read this, to put answers right.',
  doNotTrain: "Don't train AI on it",
  received: 'We have your feedback. A person reads it.',
  reviewed: ({ status, word }: Review) => withWord(receipts[status], word),
  told: ({ about, status, word }: Review) =>
    withWord(
      status !== 'changed'
        ? `Your feedback: ${receipts[status]}`
        : typeof about === 'number'
          ? 'You told us this was wrong. We changed it. Try again.'
          : 'You told us how it was. We changed something.',
      word,
    ),
  thanksDown: "Thank you. A person reads this. You'll see here what comes of it.",
  thanksUp: 'Good to hear.',
  addReason: 'Say more',
  solved: 'This is solved',

  // The conversation as a whole.
  rateTitle: 'How was this conversation?',
  rateAgentTitle: (name: string) => `How was it with ${name}?`,
  ratings,
  rateComment: 'What should we know? (optional)',
  hadToRepeat: 'Did you have to repeat yourself?',
  wasWaitAsSaid: 'Was the wait as we said?',
  yes: 'Yes',
  no: 'No',

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
