/** Refusals to those who review feedback and look after guidance, replays and exports; as in errors.ts. */
export const reviewRefusals = {
  no_such_feedback: {
    status: 409,
    retryable: false,
    text: 'There is no such feedback here, or it was taken back.',
  },
  already_reviewed: {
    status: 409,
    retryable: false,
    text: 'This feedback has this status, or one from which there is no way to it.',
  },
  word_needed: {
    status: 409,
    retryable: false,
    text: 'The customer is owed a word why nothing was changed.',
  },
  already_taken: { status: 409, retryable: false, text: 'Somebody has taken this question.' },
  not_taken: { status: 409, retryable: false, text: 'Nobody has taken this question.' },
  already_decided: { status: 409, retryable: false, text: 'This question has been decided.' },
  not_decided: { status: 409, retryable: false, text: 'This question has not been declined.' },
  same_question: { status: 409, retryable: false, text: 'A question cannot be merged into itself.' },
  stale_question: {
    status: 409,
    retryable: false,
    text: 'The other question, or one of these wordings, is no longer where it was: load the question anew.',
  },
  nothing_left: {
    status: 409,
    retryable: false,
    text: 'All wordings of a question are no part of it: leave one.',
  },
  bot_not_askable: {
    status: 409,
    retryable: false,
    text: 'The bot of this site can only be asked by a page or in a conversation, so it cannot be replayed; see `detail`.',
  },
  replay_running: {
    status: 409,
    retryable: true,
    text: 'A replay of this site is going on; wait for its end, or stop it.',
  },
  stale_version: {
    status: 409,
    retryable: false,
    text: 'Somebody has written a newer version meanwhile; look at it first.',
  },
  already_proposed: { status: 409, retryable: false, text: 'This version waits for approval already.' },
  not_proposed: {
    status: 409,
    retryable: false,
    text: 'This version does not wait for approval, or not any more.',
  },
  own_version: {
    status: 409,
    retryable: false,
    text: 'You wrote this version; at this site somebody else has to approve it.',
  },
  not_live: { status: 409, retryable: false, text: 'Nothing of this guidance is live.' },
  never_live: { status: 409, retryable: false, text: 'This version has never been approved.' },
  already_live: { status: 409, retryable: false, text: 'This version is live already.' },
  no_better_answer: {
    status: 409,
    retryable: false,
    text: 'Nobody has said what the bot should have said in this turn; send a `text`.',
  },
  export_not_done: {
    status: 409,
    retryable: true,
    text: 'This export has no whole file yet; wait until its state is done.',
  },
} as const;
