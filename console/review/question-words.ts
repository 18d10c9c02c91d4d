import type { GuidanceContent } from '../../protocol/guidance.ts';
import type { WeakQuestionDetail, WeakQuestionRow, WeakView } from '../../protocol/weak-questions.ts';
import type { ApiError } from '../api.ts';
import { problemWords } from '../shared/problem-words.ts';
import { ago } from '../shared/time.ts';
import { count } from '../shared/words.ts';

/** The lists of weak questions, in the order of the bar. */
export const questionViews: readonly { view: WeakView; name: string; empty: string }[] = [
  { view: 'todo', name: 'To do', empty: 'Nothing to do: no weak answers wait for anybody.' },
  { view: 'mine', name: 'Mine', empty: 'You have taken none.' },
  { view: 'guided', name: 'Guided', empty: 'No question has live guidance yet.' },
  { view: 'declined', name: 'Declined', empty: 'None has been declined.' },
];

/** How many, how bad, how recent, in a line. */
export const countsOf = (row: WeakQuestionRow, now: number): string =>
  [
    count(row.customers, 'customer'),
    count(row.answers, 'weak answer'),
    ...(row.down > 0 ? [count(row.down, 'thumb down', 'thumbs down')] : []),
    ...(row.wordings > 1 ? [`${row.wordings} wordings`] : []),
    ...(row.better > 0 ? [count(row.better, 'better answer')] : []),
    `last ${agoWords(row.lastAt, now)}`,
  ].join(' · ');

const agoWords = (at: number, now: number) => {
  const words = ago(now - at);
  return words === 'now' ? 'just now' : `${words} ago`;
};

/** How a question stands, and how much that asks of whoever looks. */
export function questionStanding(
  row: WeakQuestionRow,
  meId: string,
): { tone: 'good' | 'warn' | 'soft'; text: string } {
  const waits = row.guidance?.proposed ?? null;
  if (row.status === 'guided') return { tone: 'good', text: `Guided, version ${row.guidance?.live ?? '–'}` };
  if (row.status === 'declined') return { tone: 'soft', text: `Declined by ${row.decidedBy}` };
  const back = row.returned > 0 ? ', failed again' : '';
  if (waits !== null) return { tone: 'warn', text: `Guidance waits for approval${back}` };
  if (row.status === 'taken')
    return { tone: 'soft', text: `${row.owner?.id === meId ? 'Yours' : (row.owner?.name ?? '')}${back}` };
  return row.returned > 0 ? { tone: 'warn', text: 'Open: failed again' } : { tone: 'soft', text: 'Open' };
}

/** What is known of its guidance, in a sentence; null: none has been written. */
export function guidanceSentence({ guidance, status }: WeakQuestionRow): string | null {
  if (guidance === null) return null;
  if (guidance.proposed !== null) return `Guidance for it: version ${guidance.proposed} waits for approval.`;
  if (guidance.live !== null)
    return status === 'guided'
      ? `Guidance for it: version ${guidance.live} is live.`
      : `Guidance for it: version ${guidance.live} is live, and it has failed since.`;
  return guidance.state === 'retired' ? 'Guidance for it was retired.' : 'Guidance for it: a draft.';
}

/** The guidance that a new version is written of; null: a new one is. */
export const guidanceToChange = ({ guidance }: WeakQuestionRow): string | null =>
  guidance === null || guidance.state === 'retired' ? null : guidance.id;

/** Of a new one; one that is changed may have more. */
const [mostExamples, mostInAll] = [20, 50];

/**
 * What a guidance for it begins with: how it was asked, by those who let us learn, and what an agent would have said. One
 * that is there already gets what it was asked since.
 */
export function guidanceFor(
  { wordings, better }: WeakQuestionDetail,
  before: GuidanceContent | null,
): GuidanceContent {
  const asked = wordings
    .filter(({ mayTrain }) => mayTrain)
    .slice(0, mostExamples)
    .map(({ text }) => text.replace(/\s+/g, ' ').trim());
  if (before === null)
    return { kind: 'answer', text: better[0]?.text.slice(0, 4_000) ?? '', examples: asked, scope: {} };
  return { ...before, examples: [...new Set([...before.examples, ...asked])].slice(0, mostInAll) };
}

/** Why something was not done. */
export function questionProblem(code: ApiError['code']): string {
  switch (code) {
    case 'already_taken':
      return 'A colleague has taken it. Release it first if it is to be yours.';
    case 'already_decided':
    case 'not_decided':
    case 'not_taken':
    case 'stale_question':
      return 'Somebody was faster. It is shown as it stands now.';
    case 'word_needed':
      return 'Say why, in a word: the customers read it.';
    case 'nothing_left':
      return 'Leave at least one wording here.';
    default:
      return problemWords(code);
  }
}
