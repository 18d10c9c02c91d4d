import type { ReplayCheck, ReplayReport, ReplayResult, ReplayVerdict } from '../../protocol/replay.ts';
import { isFailure } from '../domain/replay/verdict.ts';

export const verdictWords: Readonly<Record<ReplayVerdict, string>> = {
  passed: 'passed',
  missed: 'does not get the guidance',
  wrong: 'gets the guidance, and the answer does not pass',
  relapsed: 'the bot alone answered this right before, and does no more',
  changed: 'a close question that must not change gets the guidance',
  unjudged: 'not judged: the judging model was silent',
  unasked: 'not asked: the bot gave no answer',
};

const checkWords: Readonly<Record<ReplayCheck['check'], string>> = {
  contains: 'contains',
  not_contains: 'does not contain',
  similar: 'is like',
  judge: 'as the judging model sees it',
};

const oneLine = (text: string, most = 160) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
};

const checkLine = ({ check, wanted, passed, score }: ReplayCheck): string => {
  const told = passed === null ? 'not told' : passed ? 'yes' : 'no';
  const alike = score === undefined ? '' : ` (${score.toFixed(2)})`;
  return `${checkWords[check]} "${oneLine(wanted, 80)}": ${told}${alike}`;
};

/** Why a question did not pass, in lines. */
export function detailOf(result: ReplayResult): string[] {
  const { verdict, without, with: given, checks, failure, rightBefore } = result;
  return [
    ...(verdict === null ? [] : [verdictWords[verdict]]),
    ...(rightBefore === null || verdict !== 'relapsed' ? [] : [`right by itself in version ${rightBefore}`]),
    ...(failure === null ? [] : [`the bot: ${failure}`]),
    ...checks.filter(({ passed }) => passed !== true).map(checkLine),
    ...(without === null ? [] : [`without: ${oneLine(without)}`]),
    ...(given === null || given === without ? [] : [`with:    ${oneLine(given)}`]),
  ];
}

/** A close question that this version of the bot answers otherwise than the last one: told, and no failure. */
const beforeLines = ({ before, without }: ReplayResult): string[] =>
  before === null
    ? []
    : [
        `the bot by itself says something else than in version ${before.botVersion}`,
        `before:  ${oneLine(before.answer)}`,
        `now:     ${oneLine(without ?? '')}`,
      ];

/** What a run has found, for people: each guidance in a line, and under it what did not pass, or is answered otherwise. */
export function linesOf({ results }: ReplayReport): string[] {
  return [...Map.groupBy(results, ({ guidance }) => guidance)].flatMap(([guidance, own]) => {
    const failed = own.filter(({ verdict }) => verdict !== null && isFailure(verdict));
    const open = own.filter(
      ({ verdict }) => verdict === null || (verdict !== 'passed' && !isFailure(verdict)),
    );
    const mark = failed.length > 0 ? 'FAILED' : open.length > 0 ? 'OPEN  ' : 'passed';
    const passed = own.length - failed.length - open.length;
    return [
      `${mark}  ${guidance}  ${passed} of ${own.length}  ${oneLine(own[0]?.question ?? '', 70)}`,
      ...[...failed, ...open].flatMap((one) => [
        `        ${one.kind === 'neighbour' ? 'close' : 'must get'}: ${oneLine(one.question)}`,
        ...[...detailOf(one), ...beforeLines(one)].map((line) => `          ${line}`),
      ]),
      ...own
        .filter(({ verdict, before }) => verdict === 'passed' && before !== null)
        .flatMap((one) => [
          `        close: ${oneLine(one.question)}`,
          ...beforeLines(one).map((line) => `          ${line}`),
        ]),
    ];
  });
}

/** A run as JUnit XML, which every CI reads: a suite for each guidance, a case for each question. */
export function junitOf({ run, results }: ReplayReport): string {
  const suites = [...Map.groupBy(results, ({ guidance }) => guidance)].map(([guidance, own]) => {
    const cases = own.map((one) => {
      const open = `    <testcase classname="${escaped(guidance)}" name="${escaped(`${one.kind}: ${one.question}`)}"`;
      const before = beforeLines(one);
      const out =
        before.length === 0 ? '' : `\n      <system-out>${escaped(before.join('\n'))}</system-out>\n    `;
      if (one.verdict === 'passed') return out === '' ? `${open}/>` : `${open}>${out}</testcase>`;
      const kind = one.verdict !== null && isFailure(one.verdict) ? 'failure' : 'error';
      const message = one.verdict === null ? 'not asked' : verdictWords[one.verdict];
      return `${open}>\n      <${kind} message="${escaped(message)}">${escaped(detailOf(one).join('\n'))}</${kind}>${out || '\n    '}</testcase>`;
    });
    return `  <testsuite name="${escaped(guidance)}" ${countsIn(own)}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  const name = `handrail replay ${run.site}${run.botVersion === null ? '' : ` ${run.botVersion}`}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(name)}" ${countsIn(results)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function countsIn(results: readonly ReplayResult[]): string {
  const failures = results.filter(({ verdict }) => verdict !== null && isFailure(verdict)).length;
  const passed = results.filter(({ verdict }) => verdict === 'passed').length;
  return `tests="${results.length}" failures="${failures}" errors="${results.length - failures - passed}"`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What a bot says may hold anything: XML knows no control characters, however they are written. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
