import { table } from '../statistics.ts';
import type { Asked, ScriptedBot } from './bot.ts';
import { type Answered, askOnce, type Place } from './people.ts';
import { each } from './stage.ts';

export interface Seen {
  readonly asked: Asked;
  readonly answer: Answered;
  readonly isRight: boolean;
}

export interface Tally {
  readonly questions: number;
  readonly rightBefore: number;
  readonly rightAfter: number;
  readonly helped: number;
  readonly hurt: number;
  readonly changed: number;
}

export interface Topics {
  readonly guided: Tally;
  readonly bystanders: Tally;
}

export interface WalkTallies {
  /** Questions that nothing had seen. */
  readonly unseen: Topics;
  /** Those of the first pass once more. */
  readonly again: Topics;
}

/** All walks as one. */
export function sumOf(walks: readonly WalkTallies[]): WalkTallies {
  const sum = (tallyOf: (walk: WalkTallies) => Tally): Tally => {
    const of = (key: keyof Tally) => walks.reduce((all, walk) => all + tallyOf(walk)[key], 0);
    return {
      questions: of('questions'),
      rightBefore: of('rightBefore'),
      rightAfter: of('rightAfter'),
      helped: of('helped'),
      hurt: of('hurt'),
      changed: of('changed'),
    };
  };
  return {
    unseen: {
      guided: sum(({ unseen }) => unseen.guided),
      bystanders: sum(({ unseen }) => unseen.bystanders),
    },
    again: { guided: sum(({ again }) => again.guided), bystanders: sum(({ again }) => again.bystanders) },
  };
}

/** Asks all of these. @param guided intents that have guidance */
export async function look(
  place: Place,
  bot: ScriptedBot,
  questions: readonly Asked[],
  guided: ReadonlySet<string>,
): Promise<{ guided: Tally; bystanders: Tally; wrongly: Seen[] }> {
  const seen = await each(questions, async (asked): Promise<Seen> => {
    const answer = await askOnce(place, asked.text);
    return { asked, answer, isRight: bot.isRight(asked, answer) };
  });
  const isGuided = ({ asked }: Seen) => guided.has(asked.intent ?? '');
  const tally = (of: readonly Seen[]): Tally => {
    const among = (has: (one: Seen) => boolean) => of.filter(has).length;
    return {
      questions: of.length,
      rightBefore: among(({ asked }) => asked.alone.isRight),
      rightAfter: among(({ isRight }) => isRight),
      helped: among(({ asked, isRight }) => isRight && !asked.alone.isRight),
      hurt: among(({ asked, isRight }) => !isRight && asked.alone.isRight),
      changed: among(({ asked, answer }) => answer.text !== asked.alone.text),
    };
  };
  const others = seen.filter((one) => !isGuided(one));
  return {
    guided: tally(seen.filter(isGuided)),
    bystanders: tally(others),
    wrongly: others.filter(({ asked, answer }) => answer.text !== asked.alone.text),
  };
}

export const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
export const share = (part: number, of: number) => (of === 0 ? 'none' : percent(part / of));

export function resultTable({ unseen, again }: WalkTallies): string {
  const row = (name: string, tally: Tally) => {
    const bad = tally.questions - tally.rightBefore;
    return [
      name,
      tally.questions,
      share(tally.rightBefore, tally.questions),
      share(tally.rightAfter, tally.questions),
      `${tally.helped} of ${bad} (${share(tally.helped, bad)})`,
      tally.hurt,
      `${tally.changed} (${share(tally.changed, tally.questions)})`,
    ];
  };
  return table(
    ['', 'questions', 'well before', 'well after', 'helped of the bad', 'hurt', 'changed'],
    [
      row('unseen, guided topics', unseen.guided),
      row('unseen, bystanders', unseen.bystanders),
      row('the same again, guided topics', again.guided),
      row('the same again, bystanders', again.bystanders),
    ],
  );
}
