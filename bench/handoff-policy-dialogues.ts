import { type Judgement, judge, type PolicyTurn } from '../server/domain/policy/judge.ts';
import { defaultThresholds } from '../server/domain/policy/thresholds.ts';
import type { JudgedDialogue } from './handoff-policy-data.ts';
import { cells, percent, scoreFrom, share } from './handoff-policy-scores.ts';
import { table } from './statistics.ts';

/** Where the default of `sameAnswer` comes from: how many of the repetitions found are clear breakdowns (X). */
export function tellRepetitions(dialogues: readonly JudgedDialogue[]): string {
  const rows = [0.5, 0.7, 0.9, 1].map((sameAnswer) => {
    const thresholds = { ...defaultThresholds, unsureAnswers: 0, sameAnswer };
    const found = dialogues.flatMap(({ turns }) => {
      const told = turnsOf(turns);
      return turns.filter(
        ({ X }, at) => X !== undefined && judge(told.slice(0, at + 1), thresholds).reason === 'bot_repeated',
      );
    });
    const clear = found.filter(({ O = 0, T = 0, X = 0 }) => X > O + T).length;
    const name = `${sameAnswer}${sameAnswer === defaultThresholds.sameAnswer ? ' (default)' : ''}`;
    return [name, found.length, percent(share(clear, found.length))];
  });
  return table(['sameAnswer (dbdc3)', 'repetitions', 'of these X'], rows);
}

const turnsOf = (turns: JudgedDialogue['turns']) =>
  turns.map(({ speaker, text }): PolicyTurn => ({ author: speaker === 'S' ? 'bot' : 'customer', text }));

/** The offer rule on the bot's turns; beside it, what an offer that still stands from the turn before adds. */
export function tellBreakdowns(dialogues: readonly JudgedDialogue[]): string {
  const judged = dialogues.flatMap(({ turns }) => {
    const told = turnsOf(turns);
    return turns.flatMap(({ O, T, X }, at) => {
      if (O === undefined || T === undefined || X === undefined) return [];
      const own = judge(told.slice(0, at + 1), defaultThresholds);
      const before = judge(told.slice(0, at), defaultThresholds);
      return [{ isX: X > O + T, isTX: T + X > O, own, before }];
    });
  });
  type One = (typeof judged)[number];
  const isOffer = ({ decision }: Judgement) => decision !== 'none';
  const row = (name: string, isTaken: (one: One) => boolean, isBreakdown: (one: One) => boolean) => {
    const taken = judged.filter(isTaken);
    const positives = judged.filter(isBreakdown);
    const score = scoreFrom(taken.filter(isBreakdown).length, taken.length, positives.length);
    return [name, percent(share(positives.length, judged.length)), taken.length, ...cells(score).slice(1)];
  };
  const own = (one: One) => isOffer(one.own);
  const either = (one: One) => isOffer(one.own) || isOffer(one.before);
  const isFor = (reason: string) => (one: One) => one.own.reason === reason;
  return table(
    [`breakdowns (dbdc3, ${judged.length} bot turns)`, 'base rate', 'offers', 'precision', 'recall', 'F1'],
    [
      row('X', own, ({ isX }) => isX),
      row('X, bot_unsure alone', isFor('bot_unsure'), ({ isX }) => isX),
      row('X, bot_repeated alone', isFor('bot_repeated'), ({ isX }) => isX),
      row('X, or offered at the customer turn before', either, ({ isX }) => isX),
      row('T+X', own, ({ isTX }) => isTX),
      row('T+X, bot_unsure alone', isFor('bot_unsure'), ({ isTX }) => isTX),
      row('T+X, bot_repeated alone', isFor('bot_repeated'), ({ isTX }) => isTX),
      row('T+X, or offered at the customer turn before', either, ({ isTX }) => isTX),
    ],
  );
}
