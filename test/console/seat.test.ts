import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSeat, seatWords, writtenSeat } from '../../console/people/seat.ts';

const word = (letters: string, most: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: most });

test('what is kept is what is read back from the fields', () => {
  const seat = fc.record({
    capacity: fc.integer({ min: 1, max: 50 }),
    teams: fc.uniqueArray(word('abcXÜ-9', 20), { maxLength: 6 }),
    languages: fc.uniqueArray(
      word('deprst', 2).filter((code) => code.length === 2),
      { maxLength: 6 },
    ),
  });
  fc.assert(
    fc.property(seat, (one) => {
      expect(readSeat(writtenSeat(one))).toEqual(one);
    }),
  );
});

test('blanks, doubled and empty entries and capitals are put right; what does not fit is named', () => {
  const seat = { capacity: 2, teams: ['billing', 'Cards'], languages: ['de', 'pt'] };
  const written = { capacity: '2', teams: ' billing ,, Cards, billing', languages: 'DE, pt,' };
  expect(readSeat(written)).toEqual(seat);
  expect(seatWords(seat)).toBe('2 at once · billing, Cards · in de, pt');
  expect(seatWords({ capacity: 4, teams: [], languages: [] })).toBe('4 at once');
  for (const [field, value, says] of [
    ['capacity', '', /1 to 50/],
    ['capacity', '2.5', /1 to 50/],
    ['capacity', '51', /1 to 50/],
    ['teams', 'x'.repeat(61), /too long/],
    ['languages', 'German', /“german” is no language/],
  ] as const)
    expect(readSeat({ ...written, [field]: value })).toMatch(says);
});
