import { createLocalEmbeddings, NoLocalModelError } from '../retrieval/local-embeddings.ts';
import { createMatcher, type Match } from '../retrieval/matcher.ts';
import { type Alone, type Command, needed, optionsOf, UsageError } from './command.ts';
import { type MatchFiles, questionsOf, readGuidances, readTraffic } from './match-input.ts';
import { createOutput } from './output.ts';
import { number, plural } from './progress.ts';

const maxPath = 4_096;

/** Looks guidance up as the server would. Opens no database and asks no server. */
export const match: Command<Alone> = {
  options:
    '--guidance FILE.jsonl --traffic FILE.txt --questions FILE.txt [--unguided FILE.txt] [--false-apply 0.01] ' +
    '[--embeddings local] [--json]',
  about:
    'Tells for each question which guidance would be applied. One guidance a line: {"id", "examples": ["…"]}; traffic: ' +
    'past questions, one a line, from which the threshold is set; unguided: past ones that are known to need no ' +
    'guidance; - reads from standard input.',
  async run({ signal }, args) {
    const options = optionsOf(args, {
      guidance: { type: 'string' },
      traffic: { type: 'string' },
      questions: { type: 'string' },
      unguided: { type: 'string' },
      'false-apply': { type: 'string', default: '0.01' },
      embeddings: { type: 'string' },
      json: { type: 'boolean' },
    });
    const paths = {
      guidance: needed(options.guidance, 'guidance', maxPath),
      traffic: needed(options.traffic, 'traffic', maxPath),
      questions: needed(options.questions, 'questions', maxPath),
    };
    if (Object.values(paths).filter((path) => path === '-').length > 1) {
      throw new UsageError('Only one file can be read from standard input.');
    }
    const falseApply = Number(options['false-apply']);
    if (!(falseApply >= 0.0001 && falseApply <= 0.5)) {
      throw new UsageError('--false-apply is a share from 0.0001 to 0.5.');
    }
    let faults = 0;
    const files: MatchFiles = {
      signal,
      onFault(file, line, fault) {
        faults += 1;
        console.error(`${file} line ${line}: ${fault}`);
      },
    };
    const embeddings = await embeddingsFor(options.embeddings);
    const matcher = await createMatcher({
      guidances: await readGuidances(paths.guidance, files),
      traffic: await readTraffic(paths.traffic, files),
      unguided: options.unguided === undefined ? [] : await readTraffic(options.unguided, files),
      falseApply,
      embeddings,
      onEmbeddingsFailed: (error) => console.error(`Words alone: ${String(error)}`),
    });
    if (!matcher.isCalibrated) {
      console.error(
        `Too little traffic to set a threshold for ${falseApply * 100} %: at least ` +
          `${number(Math.ceil(6 / falseApply))} past questions are needed, or ${number(Math.ceil(3 / falseApply))} in ` +
          '--unguided. Only (nearly) the same question gets its guidance.',
      );
    }
    const output = createOutput();
    const toText = options.json === true ? asJson : asLine;
    for await (const question of questionsOf(paths.questions, files)) {
      const found = await matcher.match(question, undefined, signal);
      if (!(await output.write(`${toText(question, found, matcher.threshold)}\n`))) return;
    }
    if (faults > 0) {
      console.error(
        `${plural(faults, 'line')} could not be read and ${faults === 1 ? 'was' : 'were'} left out.`,
      );
      process.exitCode = 1;
    }
  },
};

async function embeddingsFor(name: string | undefined) {
  if (name === undefined) return null;
  if (name !== 'local') throw new UsageError('--embeddings knows "local" only.');
  try {
    return await createLocalEmbeddings();
  } catch (error) {
    if (error instanceof NoLocalModelError) throw new UsageError(error.message);
    throw error;
  }
}

/** `guidance` is null where none is applied; `nearest` is the best one, applied or not. */
const asJson = (question: string, found: Match | null, threshold: number): string =>
  JSON.stringify({
    question,
    guidance: found?.isApplied === true ? found.id : null,
    nearest: found?.id ?? null,
    score: found?.score ?? null,
    threshold: found?.threshold ?? threshold,
  });

const asLine = (question: string, found: Match | null, threshold: number): string => {
  const guidance = found?.isApplied === true ? found.id : '-';
  const score = found === null ? '-' : found.score.toFixed(3);
  return [guidance, score, (found?.threshold ?? threshold).toFixed(3), question].join('\t');
};
