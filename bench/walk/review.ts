import type { FeedbackItem } from '../../protocol/feedback.ts';
import type { Asked, ScriptedBot } from './bot.ts';
import type { WalkStage } from './stage.ts';

const mostGuided = 20;

/** @returns the intents that have guidance now */
export async function review(
  reviewer: WalkStage['reviewer'],
  asked: readonly Asked[],
  bot: ScriptedBot,
  untilIndexed: (example: string) => Promise<void>,
): Promise<ReadonlySet<string>> {
  const byText = new Map(asked.map((one) => [one.text, one]));
  const weak = await reviewer.weakAnswers();
  const groups = Map.groupBy(weak, ({ question }) => byText.get(question ?? '')?.intent ?? '');
  const harm = ({ verdict, signals }: FeedbackItem) =>
    (verdict === 'down' ? 3 : 0) + (signals.includes('asked_for_person') ? 2 : 0);
  const worst = [...groups]
    .filter(([intent]) => intent !== '')
    .map(([intent, items]) => ({ intent, items, harm: items.reduce((sum, item) => sum + harm(item), 0) }))
    .sort((one, other) => other.harm - one.harm || one.intent.localeCompare(other.intent))
    .slice(0, mostGuided);
  let last = '';
  for (const { items } of worst) {
    const examples = [...new Set(items.map(({ question }) => question ?? ''))].slice(0, 50);
    // Where an agent has said it, their words: they are the same ones here.
    const of = items.find(({ signals }) => signals.includes('asked_for_person')) ?? items[0];
    const question = byText.get(of?.question ?? '');
    if (of === undefined || of.turn === null || question === undefined) continue;
    await reviewer.approve(
      { conversationId: of.conversationId, turn: of.turn },
      bot.rightAnswer(question),
      examples,
    );
    last = examples[0] ?? '';
  }
  await untilIndexed(last);
  return new Set(worst.map(({ intent }) => intent));
}
