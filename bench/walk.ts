import { writeFileSync } from 'node:fs';
import { wilson } from '../server/domain/proof/intervals.ts';
import { numbersFrom, type QuestionSet, readBanking77, shuffled } from './guidance-data.ts';
import { type Benchmark, UsageError } from './options.ts';
import { createScriptedBot } from './walk/bot.ts';
import { type Answered, askOnce, helpAs, type Reaction } from './walk/people.ts';
import { walkPicture } from './walk/plot.ts';
import { review } from './walk/review.ts';
import { each, openStage } from './walk/stage.ts';
import { look, percent, resultTable, type Seen, share, sumOf, type WalkTallies } from './walk/tally.ts';

const about = `walk: from thumbs down to better answers, over real questions and a real server.

Needs --data DIR with banking77, as it is published. The example's bot, with its help articles and no other knowledge,
answers 1,000 questions of the training split through a Handrail server, each from a new customer; on 15
topics (--gaps), drawn by the seed, it has no articles. Customers know what
they meant (the data's label) and which articles would have told them (examples/existing-bot/intents.ts): of those
served badly six in ten give a thumb down, and four in ten of all served badly ask for a person; a scripted agent
accepts, answers and says what the bot should have said. Of those served well one in ten gives a thumb up. A scripted reviewer
reads the weak answers over the API, gathers them by what they are about, and approves guidance for the 20 topics with
the most harm (3 for a thumb down, 2 for a person asked for) through the routes of the console: an agent's words, with all
questions that went wrong as examples, fifty at most. The server is told no label, at no time.

Then come 1,000 questions of the test split, which nothing has seen, and the first 1,000 once more. What the bot alone
would say is known without asking, as it says the same to the same question.
helped: badly answered by the bot alone, well now. hurt: the other way round. changed: got another answer than before.
bystanders: questions on no guided topic; a guidance that reaches one is a mistake. The seed chooses the questions and
who does what.`;

const mostBystandersChanged = 0.01;
const chances = { down: 0.6, person: 0.4, up: 0.1 };

export const walk: Benchmark = {
  about,
  options: {
    data: { type: 'string', about: 'folder with banking77' },
    seed: {
      type: 'string',
      default: '1',
      about: 'which questions, and who does what; 1,2,3 walks three times',
    },
    questions: { type: 'string', default: '1000', about: 'in each pass' },
    gaps: { type: 'string', default: '15', about: 'topics whose articles are taken from the bot' },
    picture: { type: 'string', about: 'file for the SVG' },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ print, text, count }) {
    const folder = text('data');
    if (folder === undefined) throw new UsageError('--data names the folder with the data sets.');
    const gaps = Number(text('gaps'));
    if (!Number.isInteger(gaps) || gaps < 0) throw new UsageError('--gaps is a whole number, 0 or more');
    const seeds = (text('seed') ?? '').split(',').map(Number);
    if (seeds.some((seed) => !Number.isInteger(seed)))
      throw new UsageError('--seed is a whole number, or several: 1,2,3');
    const questions = readBanking77(folder);
    const problems: string[] = [];
    const walks: Seeded[] = [];
    for (const seed of seeds) {
      const walked = await walkOnce(questions, {
        seed,
        gaps,
        questions: count('questions'),
        print,
        problems,
      });
      walks.push({ seed, ...walked });
    }
    const all = sumOf(walks);
    if (walks.length > 1) print(`all ${walks.length} walks\n${resultTable(all)}\n`);
    const { bystanders } = all.unseen;
    const changed = bystanders.changed / bystanders.questions;
    const limits = wilson({ part: bystanders.changed, of: bystanders.questions });
    print(
      `bystanders changed: ${percent(changed)} (95 %: ${percent(limits.low)} to ${percent(limits.high)}); ` +
        `at most ${percent(mostBystandersChanged)} is wanted`,
    );
    if (changed > mostBystandersChanged) problems.push('more bystanders were changed than wanted');
    const result = { ...all, gaps, walks };
    const picture = text('picture');
    if (picture !== undefined) writeFileSync(picture, walkPicture(result));
    return { problems, result };
  },
};

interface Seeded extends WalkTallies {
  readonly seed: number;
}

async function walkOnce(
  { train, test }: QuestionSet,
  options: {
    readonly seed: number;
    readonly gaps: number;
    readonly questions: number;
    readonly print: (line: string) => void;
    readonly problems: string[];
  },
): Promise<WalkTallies> {
  const { seed, gaps, questions, print, problems } = options;
  const next = numbersFrom(seed);
  const intents = [...new Set(train.map(({ intent }) => intent ?? ''))].sort();
  const bot = createScriptedBot(new Set(shuffled(intents, next).slice(0, gaps)));
  const first = shuffled(train, next).slice(0, questions).map(bot.asked);
  const known = new Set(first.map((one) => one.text));
  const unseen = shuffled(test, next).filter((one) => !known.has(one.text));
  const second = unseen.slice(0, questions).map(bot.asked);
  const reactions = new Map(first.map((one) => [one, { down: next(), person: next(), up: next() }]));
  const stage = await openStage(bot);
  try {
    const { place } = stage;
    print(`seed ${seed}, pass 1: ${first.length} questions of the training split`);
    let bettered = 0;
    const begun = await each(first, async (asked): Promise<Seen> => {
      const chance = reactions.get(asked) ?? { down: 1, person: 1, up: 1 };
      const react = (given: Answered): Reaction =>
        bot.isRight(asked, given)
          ? { verdict: chance.up < chances.up ? 'up' : null, wantsPerson: false }
          : {
              verdict: chance.down < chances.down ? 'down' : null,
              wantsPerson: chance.person < chances.person,
            };
      const answer = await askOnce(place, asked.text, react, async (conversationId) => {
        bettered += 1;
        await helpAs(stage.agent, conversationId, bot.rightAnswer(asked));
      });
      if (answer.text !== asked.alone.text) problems.push(`the bot said something else to: ${asked.text}`);
      return { asked, answer, isRight: bot.isRight(asked, answer) };
    });
    const wellServed = begun.filter(({ isRight }) => isRight).length;
    print(`  ${share(wellServed, begun.length)} answered well; ${bettered} bettered by agents`);
    const guided = await review(stage.reviewer, first, bot, stage.untilIndexed);
    print(`  ${guided.size} guidances approved, with ${stage.examples()} examples; pass 2`);
    const { wrongly, ...fresh } = await look(place, bot, second, guided);
    const { wrongly: _again, ...again } = await look(place, bot, first, guided);
    const tallies = { unseen: fresh, again };
    print(`\n${resultTable(tallies)}\n`);
    for (const { asked } of wrongly) print(`  bystander changed: ${asked.intent}: ${asked.text}`);
    print('');
    return tallies;
  } finally {
    await stage.close();
  }
}
