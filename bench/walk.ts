import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadArticles } from '../examples/existing-bot/articles.ts';
import { acceptable } from '../examples/existing-bot/intents.ts';
import { createReplies } from '../examples/existing-bot/replies.ts';
import { createBotServer } from '../examples/existing-bot/server.ts';
import type { FeedbackItem } from '../protocol/feedback.ts';
import { wilson } from '../server/domain/proof/intervals.ts';
import { connectAgent } from '../test/support/clients.ts';
import { numbersFrom, type Question, readBanking77, shuffled } from './guidance-data.ts';
import { handrailEnv, openBackstage } from './handrail.ts';
import { type Benchmark, UsageError } from './options.ts';
import { createDatabase } from './postgres.ts';
import { startProcess } from './processes.ts';
import { table } from './statistics.ts';
import { type Answered, askOnce, createReviewer, helpAs, type Place } from './walk/people.ts';
import { walkPicture } from './walk/plot.ts';

const about = `walk: from thumbs down to better answers, over real questions and a real server.

Needs --data DIR with banking77, as it is published. The example's bot, with its help articles and no other knowledge,
answers 1,000 questions of the training split through a Handrail server, each from a new customer; with --gaps it has
no articles on so many topics, drawn by the seed. Customers know what
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

const [mostGuided, mostBystandersChanged] = [20, 0.01];
const chances = { down: 0.6, person: 0.4, up: 0.1 };
const atOnce = 6;
const indexedWithinMs = 120_000;

interface Asked extends Question {
  /** What the bot alone says, and whether that is right. */
  readonly alone: { readonly text: string; readonly isRight: boolean };
}

interface Seen {
  readonly asked: Asked;
  readonly answer: Answered;
  readonly isRight: boolean;
}

export const walk: Benchmark = {
  about,
  options: {
    data: { type: 'string', about: 'folder with banking77' },
    seed: { type: 'string', default: '1', about: 'which questions, and who does what' },
    questions: { type: 'string', default: '1000', about: 'in each pass' },
    gaps: { type: 'string', default: '0', about: 'topics whose articles are taken from the bot' },
    picture: { type: 'string', about: 'file for the SVG' },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ print, text, count }) {
    const folder = text('data');
    if (folder === undefined) throw new UsageError('--data names the folder with the data sets.');
    const next = numbersFrom(count('seed'));
    const { train, test } = readBanking77(folder);
    const intents = [...new Set(train.map(({ intent }) => intent ?? ''))].sort();
    const bot = createScriptedBot(new Set(shuffled(intents, next).slice(0, Number(text('gaps') ?? 0))));
    const first = shuffled(train, next).slice(0, count('questions')).map(bot.asked);
    const known = new Set(first.map((one) => one.text));
    const unseen = shuffled(test, next).filter((one) => !known.has(one.text));
    const second = unseen.slice(0, count('questions')).map(bot.asked);
    const problems: string[] = [];
    const stage = await openStage(bot);
    try {
      const { place } = stage;
      print(`pass 1: ${first.length} questions of the training split`);
      const reactions = new Map(first.map((one) => [one, { down: next(), person: next(), up: next() }]));
      let bettered = 0;
      const begun = await each(first, async (asked): Promise<Seen> => {
        const chance = reactions.get(asked) ?? { down: 1, person: 1, up: 1 };
        const answer = await askOnce(
          place,
          asked.text,
          (given) => {
            const isRight = bot.isRight(asked, given);
            const verdict = isRight
              ? chance.up < chances.up
                ? 'up'
                : null
              : chance.down < chances.down
                ? 'down'
                : null;
            return { verdict, wantsPerson: !isRight && chance.person < chances.person };
          },
          async (conversationId) => {
            bettered += 1;
            await helpAs(stage.agent, conversationId, bot.rightAnswer(asked));
          },
        );
        if (answer.text !== asked.alone.text) problems.push(`the bot said something else to: ${asked.text}`);
        return { asked, answer, isRight: bot.isRight(asked, answer) };
      });
      const wellServed = begun.filter(({ isRight }) => isRight).length;
      print(`        ${share(wellServed, begun.length)} answered well; ${bettered} bettered by agents`);

      const guided = await review(stage.reviewer, first, bot, stage.untilIndexed);
      print(`review: ${guided.size} guidances approved, ${stage.examples()} examples`);

      const again = await look(place, bot, second, guided);
      const same = await look(place, bot, first, guided);
      print(`\n${resultTable(again, same)}\n`);
      const { bystanders } = again;
      const limits = wilson({ part: bystanders.changed, of: bystanders.questions });
      print(
        `bystanders changed: ${percent(bystanders.changed / bystanders.questions)} ` +
          `(95 %: ${percent(limits.low)} to ${percent(limits.high)}); at most ${percent(mostBystandersChanged)} is wanted`,
      );
      for (const { asked, answer } of again.wrongly)
        print(`  ${asked.intent}: ${asked.text} -> ${answer.guidance}`);
      if (bystanders.changed / bystanders.questions > mostBystandersChanged)
        problems.push('more bystanders were changed than wanted');
      const picture = text('picture');
      const { wrongly: _wrongly, ...unseenResult } = again;
      const { wrongly: _again, ...sameResult } = same;
      const result = { unseen: unseenResult, again: sameResult, guidances: guided.size, seed: count('seed') };
      if (picture !== undefined) writeFileSync(picture, walkPicture(result));
      return { problems, result };
    } finally {
      await stage.close();
    }
  },
};

export interface Tally {
  readonly questions: number;
  readonly rightBefore: number;
  readonly rightAfter: number;
  readonly helped: number;
  readonly hurt: number;
  readonly changed: number;
}

export interface WalkResult {
  readonly unseen: { readonly guided: Tally; readonly bystanders: Tally };
  readonly again: { readonly guided: Tally; readonly bystanders: Tally };
  readonly guidances: number;
  readonly seed: number;
}

/** The example's bot as the scripted people know it. @param gaps topics on which it has no article */
function createScriptedBot(gaps: ReadonlySet<string>) {
  const articles = loadArticles();
  const missing = new Set([...gaps].flatMap((intent) => acceptable[intent] ?? []));
  const replies = createReplies(articles.filter(({ slug }) => !missing.has(slug)));
  const right = (intent: string | null, urls: readonly string[]) => {
    const slug = /[^/]*$/.exec(urls[0] ?? '')?.[0] ?? '';
    return acceptable[intent ?? '']?.includes(slug) === true;
  };
  const rightAnswer = ({ intent }: Question): string => {
    const article = articles.find(({ slug }) => slug === acceptable[intent ?? '']?.[0]);
    if (article === undefined) throw new Error(`no article tells of ${intent}`);
    return `About ${(intent ?? '').toLowerCase().replace(/\W|_/g, ' ')}: ${article.body.split('\n\n')[0]}`;
  };
  return {
    replies,
    rightAnswer,
    asked(question: Question): Asked {
      const { text, outcome, articles: shown } = replies.replyTo(question.text, []);
      const urls = shown.map(({ url }) => url);
      return {
        ...question,
        alone: { text, isRight: outcome === 'answered' && right(question.intent, urls) },
      };
    },
    /** Whether this is what the customer wanted to know. */
    isRight: (question: Question, { guidance, text, outcome, sources }: Answered): boolean =>
      guidance === null
        ? outcome === 'answered' && right(question.intent, sources)
        : text === rightAnswer(question),
  };
}
type ScriptedBot = ReturnType<typeof createScriptedBot>;

/** @returns the intents that have guidance now */
async function review(
  reviewer: Awaited<ReturnType<typeof openStage>>['reviewer'],
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

async function look(
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

/** A server, the example's bot, an agent and a reviewer. */
async function openStage({ replies }: ScriptedBot) {
  const database = await createDatabase();
  const closers: (() => Promise<void> | void)[] = [database.drop];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const secret = 'the secret of a bot on this machine';
    const program = createBotServer(replies, { secret, hasFaults: false, paceMs: 0 });
    await once(program.listen(0, '127.0.0.1'), 'listening');
    closers.push(async () => {
      program.closeAllConnections();
      program.close();
      await once(program, 'close');
    });
    const { port } = program.address() as AddressInfo;
    const backstage = await openBackstage(database.url);
    closers.push(backstage.close);
    const site = await backstage.store.sites.save({
      ...backstage.site,
      bot: { kind: 'http', url: `http://127.0.0.1:${port}/reply`, secret },
    });
    const server = await startProcess({
      script: 'server/main.ts',
      env: { ...handrailEnv(database.url), OUTBOUND_ALLOW: '127.0.0.0/8' },
      core: null,
    });
    closers.push(server.stop);
    const [worker] = await backstage.addAgents(1, server.url);
    const [product] = await backstage.addAgents(1, server.url, 'product');
    if (worker === undefined || product === undefined) throw new Error('nobody signed in');
    const agent = await connectAgent(server.url, worker.cookie);
    closers.push(() => void agent.close());
    const reviewer = createReviewer(server.url, product.cookie);
    const place = { url: server.url, site: site.key };
    let examples = 0;
    return {
      place,
      agent,
      examples: () => examples,
      reviewer: {
        weakAnswers: reviewer.weakAnswers,
        async approve(...args: Parameters<typeof reviewer.approve>) {
          examples += args[2].length;
          return reviewer.approve(...args);
        },
      },
      /** An example with a word more is found by the index alone: then the index holds all that was approved before. */
      async untilIndexed(example: string) {
        for (const until = performance.now() + indexedWithinMs; performance.now() < until; await sleep(500)) {
          if ((await askOnce(place, `${example} please`)).guidance !== null) return;
        }
        throw new Error('what was approved is not looked up');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Does this for all of them, some at once; results in their order. */
async function each<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let at = 0;
  const worker = async () => {
    for (let own = at++; own < items.length; own = at++) {
      const item = items[own];
      if (item !== undefined) results[own] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
const share = (part: number, of: number) => (of === 0 ? 'none' : percent(part / of));

function resultTable(unseen: WalkResult['unseen'], again: WalkResult['again']): string {
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
