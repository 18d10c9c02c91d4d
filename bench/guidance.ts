import { performance } from 'node:perf_hooks';
import { pastFrom } from '../server/domain/retrieval/calibrated.ts';
import type { Embeddings } from '../server/retrieval/embeddings.ts';
import { createLocalEmbeddings } from '../server/retrieval/local-embeddings.ts';
import { createMatcher, type Matcher } from '../server/retrieval/matcher.ts';
import { draw, type Question, type QuestionSet, readQuestionSets } from './guidance-data.ts';
import { keptEmbeddings } from './kept-embeddings.ts';
import { type Benchmark, UsageError } from './options.ts';
import { at, rounded, table } from './statistics.ts';

const about = `guidance: how often the right guidance is found for a question, and how often a wrong one is applied.

Needs --data DIR with clinc150 and banking77, as they are published. No server, no database. 20 intents get a guidance
with 3 example questions each, from the training split; every question of the test split comes in (those out of scope
of clinc150 included). The seed alone chooses intents and examples. All of it goes through the matcher that serves
live. The threshold is set from questions of the training split, never from the test split, and in two ways:
known: past questions that are known to need no guidance (a reviewer, or a thumb up, has said so);
mixed: past questions as they come, those that a guidance is for among them, and nothing known of any.
recall: questions of a guided intent that got its guidance. wrong: those that got another one. false-apply: questions
of other intents that got any. right@1: questions of a guided intent for which its guidance came first, applied or not.
Lookups of
100 questions are timed one by one, with --embeddings together with the model for a question that it has not seen; CPU
ms, all threads, are beside, as they say more where the machine is shared. With --large once more with 2,000 guidances
of 10 examples. What the model said is kept in .cache/embeddings from run to run. The figures in the last line are those
of "known"; those of "mixed" are beside them, unless --known leaves them out.`;

const falseApply = 0.01;
/** What a site keeps of its past; the half of it, or less, is compared with. */
const mostTraffic = 8_000;
/** Lookups that are timed. */
const timed = 100;

interface Figures {
  readonly recall: number;
  readonly wrong: number;
  readonly falseApply: number;
  readonly rightAt1: number;
  readonly lookupP95Ms: number;
  /** Of one lookup, on average, all threads of the process together. */
  readonly lookupCpuMs: number;
}

/** The model as the server asks it, and the same from the file of those asked before. */
interface Meaning {
  readonly model: Embeddings;
  readonly kept: Embeddings;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const exact = (value: number) => Number(value.toFixed(4));

export const guidance: Benchmark = {
  about,
  options: {
    data: { type: 'string', about: 'folder with the data sets' },
    seeds: { type: 'string', default: '1,2,3,4,5', about: 'the draws, each a whole number' },
    embeddings: { type: 'string', about: 'local: with the offline model, too' },
    known: { type: 'boolean', about: 'leave "mixed" out: half the time' },
    large: { type: 'boolean', about: 'also 2,000 guidances of 10 examples and 20,000 past questions' },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ print, text, flag }) {
    const folder = text('data');
    if (folder === undefined) throw new UsageError('--data names the folder with the data sets.');
    const seeds = (text('seeds') ?? '').split(',').map(Number);
    if (seeds.some((seed) => !Number.isInteger(seed)))
      throw new UsageError('--seeds are whole numbers: 1,2,3');
    const wanted = text('embeddings');
    if (wanted !== undefined && wanted !== 'local') throw new UsageError('--embeddings knows "local".');
    const problems: string[] = [];
    const meaning = wanted === undefined ? null : await localMeaning();
    const embeddings = meaning?.kept ?? null;
    const result: Record<string, Figures & { mixed?: Figures }> = {};
    const rows: (string | number)[][] = [];
    for (const set of readQuestionSets(folder)) {
      const drawn: { known: Figures[]; mixed: Figures[] } = { known: [], mixed: [] };
      for (const seed of seeds) {
        const { guidances, traffic } = draw(set, seed);
        const ids = new Set(guidances.map(({ id }) => id));
        const textsOf = (questions: readonly Question[]) =>
          questions.slice(0, mostTraffic).map((question) => question.text);
        const others = textsOf(traffic.filter(({ intent }) => !ids.has(intent ?? '')));
        const build = {
          guidances,
          falseApply,
          embeddings,
          onEmbeddingsFailed: (error: unknown) => problems.push(String(error)),
        };
        const known = await createMatcher({
          ...build,
          traffic: others.filter((_, at) => at % 2 === 0),
          unguided: others.filter((_, at) => at % 2 === 1),
        });
        drawn.known.push(await measure(known, set.test, ids, meaning));
        if (flag('known')) continue;
        const mixed = await createMatcher({ ...build, traffic: textsOf(traffic) });
        drawn.mixed.push(await measure(mixed, set.test, ids, meaning));
      }
      for (const manner of ['known', 'mixed'] as const) {
        const figures = drawn[manner];
        if (figures.length === 0) continue;
        rows.push(...figures.map((one, at) => rowOf(`${set.name} ${seeds[at]}, ${manner}`, one)));
        rows.push(rowOf(`${set.name}, ${manner}`, meanOf(figures)));
      }
      const known = meanOf(drawn.known);
      result[set.name] = drawn.mixed.length === 0 ? known : { ...known, mixed: meanOf(drawn.mixed) };
    }
    print(
      table(['threshold from', 'recall', 'wrong', 'false-apply', 'right@1', 'lookup p95 ms', 'CPU ms'], rows),
    );
    const [first] = readQuestionSets(folder);
    const large = first === undefined || !flag('large') ? null : await measureLarge(first, meaning);
    if (large !== null) {
      print(
        `\n2,000 guidances of 10 examples, ${large.past} past questions: built in ${rounded(large.buildMs)} ms, ` +
          `${rounded(large.buildCpuMs)} ms of CPU, no stretch longer than ${rounded(large.longestMs)} ms; lookup p95 ` +
          `${rounded(large.lookupP95Ms)} ms, ${rounded(large.lookupCpuMs)} ms of CPU`,
      );
    }
    problems.push(...(large?.failures ?? []));
    return { problems, result: large === null ? result : { ...result, large } };
  },
};

const keys = ['recall', 'wrong', 'falseApply', 'rightAt1', 'lookupP95Ms', 'lookupCpuMs'] as const;
const rowOf = (name: string, figures: Figures) => [name, ...keys.map((key) => rounded(figures[key]))];
const meanOf = (figures: readonly Figures[]): Figures => ({
  recall: exact(mean(figures.map(({ recall }) => recall))),
  wrong: exact(mean(figures.map(({ wrong }) => wrong))),
  falseApply: exact(mean(figures.map((one) => one.falseApply))),
  rightAt1: exact(mean(figures.map(({ rightAt1 }) => rightAt1))),
  lookupP95Ms: exact(mean(figures.map(({ lookupP95Ms }) => lookupP95Ms))),
  lookupCpuMs: exact(mean(figures.map(({ lookupCpuMs }) => lookupCpuMs))),
});

async function measure(
  matcher: Matcher,
  questions: readonly Question[],
  guided: ReadonlySet<string>,
  meaning: Meaning | null,
): Promise<Figures> {
  // In bulk, as one by one it would take an hour.
  await meaning?.kept.embed(
    questions.map(({ text }) => text),
    AbortSignal.timeout(3_600_000),
  );
  let [own, right, wrong, first, others, taken] = [0, 0, 0, 0, 0, 0];
  const lookups = await measureLookups(matcher, questions, meaning);
  for (const { text, intent } of questions) {
    const match = await matcher.match(text);
    const isApplied = match?.isApplied === true;
    if (intent === null || !guided.has(intent)) {
      others += 1;
      taken += isApplied ? 1 : 0;
      continue;
    }
    own += 1;
    first += match?.id === intent ? 1 : 0;
    if (isApplied && match?.id === intent) right += 1;
    else if (isApplied) wrong += 1;
  }
  return {
    recall: right / own,
    wrong: wrong / own,
    falseApply: taken / others,
    rightAt1: first / own,
    ...lookups,
  };
}

/** What a question that nobody has asked before costs. */
async function measureLookups(matcher: Matcher, questions: readonly Question[], meaning: Meaning | null) {
  const durationsMs: number[] = [];
  let cpuMs = 0;
  const signal = AbortSignal.timeout(3_600_000);
  for (let number = 0; number < timed; number += 1) {
    const text = questions[Math.floor((number * questions.length) / timed)]?.text ?? '';
    const [fromMs, fromCpu] = [performance.now(), process.cpuUsage()];
    await meaning?.model.embed([text], signal);
    await matcher.match(text);
    durationsMs.push(performance.now() - fromMs);
    cpuMs += cpuMsSince(fromCpu);
  }
  return { lookupP95Ms: at(durationsMs, 0.95), lookupCpuMs: cpuMs / timed };
}

function cpuMsSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}

async function localMeaning(): Promise<Meaning> {
  const model = await createLocalEmbeddings();
  return { model, kept: await keptEmbeddings(model) };
}

/** As large as a site may get: every 10 questions of the set make a guidance, whatever they say. */
async function measureLarge({ train, test }: QuestionSet, meaning: Meaning | null) {
  const texts = train.map(({ text }) => text);
  const textAt = (at: number) => `${texts[at % texts.length] ?? ''}${at < texts.length ? '' : ' again'}`;
  const guidances = Array.from({ length: 2_000 }, (_, number) => ({
    id: String(number),
    examples: Array.from({ length: 10 }, (__, at) => textAt(number * 10 + at)),
  }));
  const traffic = Array.from({ length: 20_000 }, (_, at) => `${textAt(at)} please`);
  const failures: string[] = [];
  const questions = test.slice(0, timed);
  // Before the clock runs: what is asked for the first time takes what the model takes, some minutes.
  const { background, held } = pastFrom(traffic, [], falseApply);
  const asked = [...guidances.flatMap(({ examples }) => examples), ...background, ...held];
  const lookedUp = questions.map((question) => question.text);
  await meaning?.kept.embed([...asked, ...lookedUp], AbortSignal.timeout(3_600_000));
  let [longestMs, lastMs] = [0, performance.now()];
  const watch = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 1);
  const [fromMs, fromCpu] = [performance.now(), process.cpuUsage()];
  const matcher = await createMatcher({
    guidances,
    traffic,
    falseApply,
    embeddings: meaning?.kept ?? null,
    onEmbeddingsFailed: (error) => failures.push(String(error)),
  });
  const buildMs = performance.now() - fromMs;
  const buildCpuMs = cpuMsSince(fromCpu);
  clearInterval(watch);
  const { lookupP95Ms, lookupCpuMs } = await measureLookups(matcher, questions, meaning);
  return {
    past: traffic.length,
    failures,
    buildMs: exact(buildMs),
    buildCpuMs: exact(buildCpuMs),
    longestMs: exact(longestMs),
    lookupP95Ms: exact(lookupP95Ms),
    lookupCpuMs: exact(lookupCpuMs),
  };
}
