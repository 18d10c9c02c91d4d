import { describe, expect, test } from 'vitest';
import { readWritten, type Written, writtenOf } from '../../console/guidance/written.ts';
import type { GuidanceContent } from '../../protocol/guidance.ts';

const day = (text: string) => new Date(`${text}T00:00:00`).getTime();
const written: Written = {
  kind: 'answer',
  text: ' Five days. ',
  examples: 'How long?\n\n How long? \nWhere is it?',
  languages: 'en, pt-BR',
  traits: 'plan: pro\nseats: 5\nisTrial: true',
  from: '2026-11-26',
  until: '2026-11-30',
};
const refusedFor = (change: Partial<Written>) => {
  const read = readWritten({ ...written, ...change }, null);
  return read.ok ? null : read.problem;
};

describe('what is written into the form', () => {
  test('is read line by line, with the last day counting in full', () => {
    expect(readWritten(written, null)).toEqual({
      ok: true,
      content: {
        kind: 'answer',
        text: 'Five days.',
        examples: ['How long?', 'Where is it?'],
        scope: {
          languages: ['en', 'pt-BR'],
          traits: { plan: 'pro', seats: 5, isTrial: true },
          from: day('2026-11-26'),
          until: day('2026-12-01'),
        },
      },
    });
  });

  test('has no scope where none is written', () => {
    const read = readWritten({ ...written, languages: '', traits: '', from: '', until: '' }, null);
    expect(read).toMatchObject({ ok: true, content: { scope: {} } });
  });

  test.each([
    ['no question', { examples: ' \n' }, 'at least one question'],
    ['too many questions', { examples: Array.from({ length: 51 }, (_, n) => `q${n}`).join('\n') }, 'Fifty'],
    ['a question without end', { examples: 'x'.repeat(501) }, '500'],
    ['no text', { text: ' ' }, 'what it says'],
    ['a language by its name', { languages: 'English' }, '"English" is no language'],
    ['a trait without a value', { traits: 'plan' }, 'name: value'],
    ['a time that ends first', { from: '2026-12-24' }, 'ends before'],
  ])('is not taken with %s, and says why', (_what, change, words) => {
    expect(refusedFor(change)).toContain(words);
  });

  test('keeps the exact values of what was there and is not touched', () => {
    const before: GuidanceContent = {
      kind: 'hint',
      text: 'x',
      examples: ['y'],
      scope: { traits: { plan: '5' }, from: day('2026-11-26') + 3_600_000, until: day('2026-11-30') + 5 },
    };
    expect(readWritten(writtenOf(before), before)).toEqual({ ok: true, content: before });
  });
});
