import type { Hint } from '../../protocol/bot.ts';
import { checked, isRight, type Judged, usualChecks } from '../domain/replay/checks.ts';
import { verdictOf } from '../domain/replay/verdict.ts';
import { lookUp } from '../plugins/guidance-lookup.ts';
import type { OpenQuestion, ReplayOutcome } from '../store/replays.ts';
import type { Answer } from './bot-asker.ts';
import { askerFor, type Prepared } from './prepare.ts';

const lookWithinMs = 10_000;
/** A judging model may think for so long; nobody waits in a chat for it. */
const judgeWithinMs = 10_000;

/** @returns the bot version that has answered a question right by itself before; null: none has */
export type RightBefore = (question: OpenQuestion) => Promise<string | null>;

/**
 * Asks one question with the guidance and without it, and says what came of it. The bot is asked by itself in any case,
 * a second time only where it is told a hint.
 * @throws the reason of `signal`, and nothing else that a bot or a model does
 */
export async function tryQuestion(
  { lookedUp, tried, cases, bot, judge }: Prepared,
  question: OpenQuestion,
  rightBefore: RightBefore,
  signal: AbortSignal,
): Promise<ReplayOutcome> {
  const one = tried.find(({ id }) => id === question.guidance_id);
  const within = (ms: number) => AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  const { kind, question: text } = question;
  const asker = askerFor(one?.scope ?? {}, Date.now());
  const found = await lookUp(lookedUp, text, asker, within(lookWithinMs));
  const isApplied = found?.applied.id === question.guidance_id;
  const given = { hint: null, language: asker.language };
  const hint: Hint | null =
    isApplied && found.applied.kind === 'hint'
      ? { guidance: found.applied.id, version: found.applied.version, text: found.text }
      : null;
  const [without, hinted] = await Promise.all([
    bot.ask(text, given, signal),
    hint === null ? null : bot.ask(text, { ...given, hint }, signal),
  ]);
  // Another guidance is another one's case: this one has not changed the answer.
  const withIt: Answer = hinted ?? (isApplied && found !== null ? { text: found.text } : without);

  const wanted = cases.get(question.guidance_id)?.checks ?? usualChecks(one?.kind ?? 'hint', one?.text ?? '');
  const judged = async (answer: string): Promise<Judged> => {
    if (wanted.judge === undefined || judge === null) return null;
    const demand = wanted.judge;
    const said = await judge.ask({ about: 'answer', question: text, answer, demand }, within(judgeWithinMs));
    return said === 'silent' ? null : said === 'yes';
  };
  const checkedOf = async (answer: Answer) =>
    kind === 'neighbour' || 'failure' in answer
      ? []
      : checked(wanted, answer.text, await judged(answer.text));
  const isSame = withIt === without;
  const [checksAlone, checks] = await Promise.all([
    checkedOf(without),
    isSame ? null : checkedOf(withIt),
  ]).then(([alone, other]) => [alone, other ?? alone] as const);

  const before = kind === 'must_get' ? await rightBefore(question) : null;
  const verdict = verdictOf({
    kind,
    isApplied,
    hasFailed: 'failure' in without || 'failure' in withIt,
    checks,
    checksAlone,
    wasRightBefore: before !== null,
  });
  return {
    verdict,
    applied: found?.applied ?? null,
    without: 'text' in without ? without.text : null,
    with: 'text' in withIt ? withIt.text : null,
    checks,
    isRightAlone: kind === 'must_get' ? isRight(checksAlone) : null,
    rightBefore: before,
    failure: failureOf(without) ?? failureOf(withIt),
  };
}

const failureOf = (answer: Answer) => ('failure' in answer ? answer.failure : null);
