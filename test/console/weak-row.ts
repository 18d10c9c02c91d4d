import type { WeakQuestionRow } from '../../protocol/weak-questions.ts';

/** An open weak question that is called as its id. */
export const weakRow = (id: string, more: Partial<WeakQuestionRow> = {}): WeakQuestionRow => ({
  id,
  site: 'pk_a',
  siteName: 'A',
  question: id,
  wordings: 1,
  answers: 1,
  customers: 1,
  down: 1,
  better: 0,
  harm: 3,
  firstAt: 1,
  lastAt: 1,
  status: 'open',
  owner: null,
  decidedBy: '',
  sinceAt: 1,
  reason: '',
  returned: 0,
  guidance: null,
  ...more,
});
