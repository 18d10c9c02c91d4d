import type {
  ReplayCaseContent,
  ReplayCheck,
  ReplayChecks,
  ReplayResult,
  ReplayRun,
  ReplayVerdict,
} from '../../protocol/replay.ts';
import type { ApiError } from '../api.ts';
import { problemWords as commonWords } from '../shared/problem-words.ts';

export type Tone = 'good' | 'warn' | 'fail' | 'soft';

export const verdicts: Readonly<Record<ReplayVerdict, { tone: Tone; name: string; says: string }>> = {
  passed: { tone: 'good', name: 'Passed', says: '' },
  missed: { tone: 'fail', name: 'Missed', says: 'It must get this guidance, and does not.' },
  wrong: { tone: 'fail', name: 'Wrong', says: 'It gets the guidance, and the answer does not pass.' },
  relapsed: {
    tone: 'fail',
    name: 'Relapsed',
    says: 'The bot by itself answered this right before, and does no more.',
  },
  changed: {
    tone: 'fail',
    name: 'Changed',
    says: 'A close question that must not get this guidance gets it.',
  },
  unjudged: { tone: 'warn', name: 'Not judged', says: 'The judging model was silent, or there is none.' },
  unasked: { tone: 'warn', name: 'Not asked', says: 'The bot gave no answer.' },
};

export const verdictOf = ({ verdict }: Pick<ReplayResult, 'verdict'>) =>
  verdict === null ? { tone: 'soft' as const, name: 'To ask', says: '' } : verdicts[verdict];

/** What failed first, then what is not told, then the rest; else as they were asked. */
export const byWeight = (results: readonly ReplayResult[]): ReplayResult[] => {
  const weights: Readonly<Record<Tone, number>> = { fail: 0, warn: 1, soft: 2, good: 3 };
  return results.toSorted((one, other) => weights[verdictOf(one).tone] - weights[verdictOf(other).tone]);
};

/** Which close questions the bot answers otherwise than its last version did, in a sentence; null: none. */
export function otherwiseWords(results: readonly Pick<ReplayResult, 'before'>[]): string | null {
  const versions = results.flatMap(({ before }) => before?.botVersion ?? []);
  const [version] = versions;
  if (version === undefined) return null;
  const than = versions.every((one) => one === version) ? `in version ${version}` : 'in the version before';
  return versions.length === 1
    ? `One close question is answered otherwise than ${than}. That is no failure: look whether it is meant.`
    : `${versions.length} close questions are answered otherwise than ${than}. That is no failure: look whether it is meant.`;
}

const quoted = (text: string) => `“${text.length > 120 ? `${text.slice(0, 120)}…` : text}”`;

export function checkWords({ check, wanted, score }: ReplayCheck): string {
  switch (check) {
    case 'contains':
      return `contains ${quoted(wanted)}`;
    case 'not_contains':
      return `does not contain ${quoted(wanted)}`;
    case 'similar':
      return `is like ${quoted(wanted)}${score === undefined ? '' : `: ${score.toFixed(2)}`}`;
    case 'judge':
      return `the judging model: ${quoted(wanted)}`;
  }
}

/** How a run stands, in a line. */
export function standingOf({ state, problem, total, counts }: ReplayRun): { tone: Tone; text: string } {
  const asked = counts.passed + counts.failed + counts.open;
  if (state === 'running') {
    return {
      tone: 'soft',
      text: total === 0 ? 'Choosing the questions…' : `${asked} of ${total} questions asked`,
    };
  }
  if (state !== 'done') {
    const name = state === 'failed' ? 'Failed' : 'Interrupted';
    return {
      tone: 'warn',
      text: `${name}${problem === null ? '' : `: ${problem}`}. ${asked} of ${total} asked`,
    };
  }
  if (total === 0) return { tone: 'soft', text: 'Nothing to ask' };
  if (counts.failed > 0) return { tone: 'fail', text: `${counts.failed} of ${total} failed` };
  if (problem !== null) return { tone: 'warn', text: problem };
  if (counts.open > 0) return { tone: 'warn', text: `${counts.open} of ${total} not told` };
  return { tone: 'good', text: total === 1 ? 'Passed' : `All ${total} passed` };
}

/** Why something was not done. */
export function problemWords(code: ApiError['code']): string {
  switch (code) {
    case 'bot_not_askable':
      return 'This site has a bot that only a page or a conversation can ask: a function in the page, or one for Chatwoot. It cannot be replayed.';
    case 'replay_running':
      return 'A replay of this site is going on already. Wait for its end, or stop it.';
    case 'invalid':
      return 'Something in it does not fit: fifty questions of 500 characters at most, and of a file each line a case of this site.';
    case 'too_large':
      return 'That is too much at once: sixty thousand characters at most. `handrail replay --import` takes more.';
    default:
      return commonWords(code);
  }
}

/** A case as its form shows it: one a line. */
export interface WrittenCase {
  readonly questions: string;
  readonly neighbours: string;
  /** Not `contains`: a field of that name would stand before the form's own method. */
  readonly has: string;
  readonly hasNot: string;
  readonly similar: string;
  /** In hundredths. */
  readonly atLeast: string;
  readonly judge: string;
}

const usualAtLeast = 50;

export const writtenCase = ({ questions, neighbours, checks }: ReplayCaseContent): WrittenCase => ({
  questions: questions.join('\n'),
  neighbours: neighbours.join('\n'),
  has: (checks?.contains ?? []).join('\n'),
  hasNot: (checks?.notContains ?? []).join('\n'),
  similar: checks?.similar?.text ?? '',
  atLeast: String(Math.round((checks?.similar?.atLeast ?? usualAtLeast / 100) * 100)),
  judge: checks?.judge ?? '',
});

const lines = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

/** What was written, as the server takes it. Without any check the guidance has those that it has by itself. */
export function readCase(written: WrittenCase): ReplayCaseContent {
  const [contains, notContains] = [lines(written.has), lines(written.hasNot)];
  const [similar, judge] = [written.similar.trim(), written.judge.trim()];
  const share = Number(written.atLeast);
  const atLeast = Number.isFinite(share) ? Math.min(100, Math.max(0, share)) / 100 : usualAtLeast / 100;
  const checks: ReplayChecks = {
    ...(contains.length > 0 && { contains }),
    ...(notContains.length > 0 && { notContains }),
    ...(similar !== '' && { similar: { text: similar, atLeast } }),
    ...(judge !== '' && { judge }),
  };
  return {
    questions: lines(written.questions),
    neighbours: lines(written.neighbours),
    checks: Object.keys(checks).length === 0 ? null : checks,
  };
}
