import { askBot, endAnswer, suggest } from './answering.ts';
import type { AgentCommand, CustomerCommandOf, World } from './command.ts';
import { type Decision, type Draft, refuse, startIfNew } from './draft.ts';
import { judge, judgedOf } from './policy/judge.ts';
import { defaultFeedbackRules, mayMove, receiptOf, trainingChoice } from './receipts.ts';

/* What customers say of answers, of the conversation and of its handoff, and what reviewers say to that. */

/** Feedback on an answer; a thumb down is judged with what was before. */
export function giveFeedback(d: Draft, given: Given, { policy, feedback = defaultFeedbackRules }: World) {
  const { turn, verdict, reasons, comment, rightAnswer = '' } = given;
  const choice = verdict === 'none' ? {} : trainingChoice(d.state.receipts, turn, given.doNotTrain, feedback);
  const right = rightAnswer === '' ? {} : { rightAnswer };
  const fact = { type: 'feedback.given', turn, verdict, reasons, comment, ...right, ...choice } as const;
  const isJudged = verdict === 'down' && d.state.status === 'bot';
  if (!isJudged) return d.add(fact);
  const judgement = judge(d.stateWith(fact).recent, policy.thresholds);
  d.add({ ...fact, judged: judgedOf(judgement) });
  suggest(d, judgement);
}
type Given = Omit<CustomerCommandOf<'feedback:give'>, 'name' | 'cid'>;

/**
 * A turn of the page's own bot that the customer has judged. It has happened, so the question is asked of no bot and
 * sends for nobody; but a promise in the answer is kept or taken back like any other.
 */
export function shareFeedback(
  d: Draft,
  command: CustomerCommandOf<'feedback:share'>,
  world: World,
): Decision {
  // Otherwise a customer could put words into the company's bot's mouth.
  if (!world.isBotInPage) return refuse('wrong_bot');
  // One voice: a turn of the bot has no place here now.
  if (d.state.status === 'human') return refuse('already_human');
  if (d.state.status === 'resolved') return refuse('already_resolved');
  const { cid, question, answer, context } = command;
  startIfNew(d, context);
  d.add({ type: 'message.sent', cid, text: question });
  askBot(d, d.state.seq, world);
  const { turn } = d.state;
  const said = { outcome: 'answered', sources: [], failure: null, handoff: null } as const;
  // The partial text is that of the turn before, if one ran.
  endAnswer(d, { name: 'answer:end', turn, text: answer, ...said }, { ...world, partialText: '' });
  giveFeedback(d, { ...command, turn }, world);
  return d.done();
}

export function rateConversation(
  d: Draft,
  { rating, comment, doNotTrain }: CustomerCommandOf<'conversation:rate'>,
  { feedback = defaultFeedbackRules }: World,
): Decision {
  const { lastAgent, status, receipts } = d.state;
  if (lastAgent === null && status !== 'resolved') return refuse('rating_too_early');
  const choice = trainingChoice(receipts, 'conversation', doNotTrain, feedback);
  d.add({ type: 'conversation.rated', rating, comment, ...choice });
  return d.done();
}

/** Only of somebody to whom a person has come: nobody else knows how that was. */
export function rateHandoff(
  d: Draft,
  { name: _name, cid: _cid, doNotTrain, ...said }: CustomerCommandOf<'handoff:rate'>,
  { feedback = defaultFeedbackRules }: World,
): Decision {
  if (d.state.lastAgent === null) return refuse('rating_too_early');
  d.add({
    type: 'handoff.rated',
    ...said,
    ...trainingChoice(d.state.receipts, 'handoff', doNotTrain, feedback),
  });
  return d.done();
}

/** Whatever the conversation's state: a feedback is looked at when everybody has left. */
export function reviewFeedback(
  d: Draft,
  { about, status, word }: Extract<AgentCommand, { name: 'feedback:review' }>,
): Decision {
  const receipt = receiptOf(d.state.receipts, about);
  if (receipt === undefined) return refuse('no_such_feedback');
  if (!mayMove(receipt.status, status)) return refuse('already_reviewed');
  if (status === 'not_changed' && word.trim() === '') return refuse('word_needed');
  d.add({ type: 'feedback.reviewed', about, status, word });
  return d.done();
}
