import { performance } from 'node:perf_hooks';
import { findAnger } from '../server/domain/policy/anger.ts';
import { judge, type PolicyTurn } from '../server/domain/policy/judge.ts';
import { asksForPerson, asksIfBot } from '../server/domain/policy/requests.ts';
import { likenessOfQuestions } from '../server/domain/policy/same.ts';
import { defaultThresholds } from '../server/domain/policy/thresholds.ts';
import { asksTruly, labels, readData, type Sentence } from './handoff-policy-data.ts';
import { tellBreakdowns, tellRepetitions } from './handoff-policy-dialogues.ts';
import { cells, percent, type Score, scoreFrom, share } from './handoff-policy-scores.ts';
import { type Benchmark, UsageError } from './options.ts';
import { median, percentiles, rounded, table } from './statistics.ts';

const about = `handoff-policy: what the handoff policy recognises in public data sets, and what it costs.

Needs --data DIR with nlupp-banking, banking77, clinc150 and dbdc3-en-dev, as they are published. No server, no
database. Explicit requests: the label "handoff" of nlupp-banking, all of its sentences, whatever they say; and by
subclasses checked by hand (bench/handoff-policy-labels.json). False positives: banking77, clinc150 and its intents
are_you_a_bot and who_*, all splits; every sentence that counts as a request there is printed, and counted as false
even where it does ask for a person. dbdc3 is open-domain chit-chat: the offer rule on bot turns where most annotators
saw a breakdown (X), or one or a possible one (T+X), judged on the turns up to and including that one. Time: each
sentence of nlupp-banking, judged alone, and hostile texts of 8,000 characters; medians of all runs.`;

const exact = (value: number) => Number(value.toFixed(5));

export const handoffPolicy: Benchmark = {
  about,
  options: { data: { type: 'string', about: 'folder with the data sets' } },
  defaults: { runs: 5, seconds: 1 },
  async run({ runs, print, text }) {
    const folder = text('data');
    if (folder === undefined) throw new UsageError('--data names the folder with the data sets.');
    const { nlupp, banking77, clinc150, dbdc3 } = readData(folder);
    const problems: string[] = [];

    const all = scoreOf(nlupp, ({ intents }) => intents.includes('handoff'));
    const explicit = new Set(labels.explicit.flatMap((name) => labels.subclasses[name] ?? []));
    const checked = scoreOf(nlupp, ({ place }) => explicit.has(place));
    print(
      table(
        ['explicit requests (nlupp-banking)', 'positives', 'precision', 'recall', 'F1'],
        [
          ['label "handoff" as it is', ...cells(all)],
          ['checked by hand: asks in words', ...cells(checked)],
        ],
      ),
    );
    print('');
    const rows = Object.entries(labels.subclasses).map(([name, places]) => {
      const those = nlupp.filter(({ place }) => places.includes(place));
      return [name, those.length, those.filter(({ text: said }) => asksForPerson(said) !== null).length];
    });
    print(table(['subclass', 'sentences', 'taken for a request'], rows));
    const known = new Set(Object.values(labels.subclasses).flat());
    const unchecked = nlupp.filter(
      ({ intents, place }) => intents.includes('handoff') && !known.has(place),
    ).length;
    if (unchecked > 0) problems.push(`${unchecked} sentences of nlupp-banking are in no subclass`);

    const isAboutBot = ({ intents }: Sentence) => /^(are_you_a_bot|who_)/.test(intents[0] ?? '');
    const sets = { banking77, clinc150, areYouABot: clinc150.filter(isAboutBot) };
    const flagged = Object.entries(sets).map(([name, sentences]) => {
      const taken = sentences.filter(({ text: said }) => asksForPerson(said) !== null);
      return { name, of: sentences.length, taken, trulyAsk: taken.filter((one) => asksTruly(one.text)) };
    });
    print('');
    print(
      table(
        [
          'false positives',
          'sentences',
          'taken for a request',
          'share',
          'of these truly ask',
          'share without',
        ],
        flagged.map(({ name, of, taken, trulyAsk }) => [
          name,
          of,
          taken.length,
          percent(share(taken.length, of)),
          trulyAsk.length,
          percent(share(taken.length - trulyAsk.length, of)),
        ]),
      ),
    );
    for (const { name, taken } of flagged.slice(0, 2)) {
      for (const one of taken) {
        print(`  ${name} ${one.intents[0]}${asksTruly(one.text) ? ', asks truly' : ''}: ${one.text}`);
      }
    }
    const bots = clinc150.filter(({ intents }) => intents[0] === 'are_you_a_bot');
    const others = clinc150.filter((one) => !isAboutBot(one));
    const isAsking = ({ text: said }: Sentence) => asksIfBot(said) !== null;
    print(
      `\n"Are you a bot?": ${bots.filter(isAsking).length} of ${bots.length} recognised; ` +
        `${others.filter(isAsking).length} of ${others.length} others taken for it`,
    );

    const angry = banking77.filter(({ text: said }) => findAnger(said) !== null).length;
    print(`anger: found in ${angry} of ${banking77.length} sentences of banking77`);

    print(`\n${tellRephrasing(banking77)}\n`);
    print(`${tellRepetitions(dbdc3)}\n`);
    print(tellBreakdowns(dbdc3));

    const times = timeOf(nlupp, runs);
    print(
      `\none judgement: median ${rounded(times.medianUs)} us, p99 ${rounded(times.p99Us)} us; ` +
        `the worst of ${times.hostile} hostile texts of 8,000 characters: median ${rounded(times.worstUs)} us`,
    );
    const of = (name: string) => {
      const one = flagged.find((each) => each.name === name);
      return one === undefined ? 0 : exact(share(one.taken.length, one.of));
    };
    return {
      problems,
      result: {
        precision: exact(all.precision),
        recall: exact(all.recall),
        f1: exact(all.f1),
        falsePositives: {
          banking77: of('banking77'),
          clinc150: of('clinc150'),
          areYouABot: of('areYouABot'),
        },
        checkedByHand: {
          precision: exact(checked.precision),
          recall: exact(checked.recall),
          f1: exact(checked.f1),
        },
        judgementUs: {
          median: rounded(times.medianUs),
          p99: rounded(times.p99Us),
          worst: rounded(times.worstUs),
        },
      },
    };
  },
};

function scoreOf(sentences: readonly Sentence[], isPositive: (one: Sentence) => boolean): Score {
  const taken = sentences.filter(({ text }) => asksForPerson(text) !== null);
  return scoreFrom(taken.filter(isPositive).length, taken.length, sentences.filter(isPositive).length);
}

/** Where the default of `sameQuestion` comes from: pairs of one intent should agree, pairs of two should not. */
function tellRephrasing(sentences: readonly Sentence[]): string {
  const byIntent = [...Map.groupBy(sentences, ({ intents }) => intents[0] ?? '').values()];
  const same: number[] = [];
  const other: number[] = [];
  byIntent.forEach((group, at) => {
    for (let index = 0; index + 1 < group.length; index += 1) {
      const [one, next] = [group[index]?.text ?? '', group[index + 1]?.text ?? ''];
      same.push(likenessOfQuestions(one, next));
      const foreign = byIntent[(at + 1 + (index % (byIntent.length - 1))) % byIntent.length] ?? [];
      other.push(likenessOfQuestions(one, foreign[index % foreign.length]?.text ?? ''));
    }
  });
  const above = (values: readonly number[], threshold: number) =>
    percent(share(values.filter((value) => value >= threshold).length, values.length));
  return table(
    ['sameQuestion (banking77)', 'pairs of one intent above it', 'pairs of two'],
    [0.4, 0.5, 0.6, 0.7, 0.8].map((threshold) => [
      `${threshold}${threshold === defaultThresholds.sameQuestion ? ' (default)' : ''}`,
      above(same, threshold),
      above(other, threshold),
    ]),
  );
}

const filled = (piece: string) => piece.repeat(Math.ceil(8_000 / piece.length)).slice(0, 8_000);
const hostileTexts = [
  'a',
  ' ',
  'i want to ',
  'want ',
  'can i ',
  'agent ',
  'agent, ',
  'dont want to ',
  'talk to a real live human ',
  'ich will mit einem ',
  'je veux parler de la ',
  'quiero hablar con la ',
  'are you a real live ',
  'you are a an the ',
  '!?',
  "'t",
  'e\u0301',
].map(filled);

function timeOf(sentences: readonly Sentence[], runs: number) {
  const durationUs = (turns: readonly PolicyTurn[]) => {
    const fromMs = performance.now();
    judge(turns, defaultThresholds);
    return (performance.now() - fromMs) * 1_000;
  };
  const one = (text: string): PolicyTurn[] => [{ author: 'customer', text }];
  const bot = (text: string): PolicyTurn[] => [...one('hello'), { author: 'bot', text }, ...one('and now?')];
  for (const { text } of sentences.slice(0, 500)) durationUs(one(text));
  const durationsUs: number[] = [];
  const hostileUs = new Map<string, number[]>();
  for (let run = 0; run < runs; run += 1) {
    for (const { text } of sentences) durationsUs.push(durationUs(one(text)));
    for (const text of hostileTexts) {
      for (const [who, turns] of [
        ['customer', one(text)],
        ['bot', bot(text)],
      ] as const) {
        const key = `${who} ${text.slice(0, 30)}`;
        hostileUs.set(key, [...(hostileUs.get(key) ?? []), durationUs(turns)]);
      }
    }
  }
  return {
    medianUs: median(durationsUs),
    p99Us: percentiles(durationsUs).p99Ms,
    worstUs: Math.max(...[...hostileUs.values()].map(median)),
    hostile: hostileUs.size,
    hostileUs,
  };
}
