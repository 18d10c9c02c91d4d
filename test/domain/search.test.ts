import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markedLine, parseSearch, searchCondition, searchVector } from '../../server/domain/search.ts';
import { wordsOf } from '../../server/domain/words.ts';

const siteIds = ['0198c0de-0000-7000-8000-00000000aaaa'];
const folded = (text: string) => wordsOf(text).map((word) => word.folded);
const asked = (typed: string) => {
  const query = parseSearch(typed);
  return query === null ? null : searchCondition(query, { siteIds }).replace(/^\('\/[^)]*\)&\((.*)\)$/, '$1');
};
const marked = (text: string, typed: string) => {
  const query = parseSearch(typed);
  return query === null
    ? []
    : markedLine(text, query)
        .filter(({ isMarked }) => isMarked)
        .map((piece) => piece.text);
};

describe('words', () => {
  test.each([
    ['Wo ist meine Überweisung?', ['wo', 'ist', 'meine', 'uberweisung']],
    ['Straße, CAFÉ', ['strasse', 'cafe']],
    ["I don't know", ['i', 'don', 't', 'know']],
    ['€1.50 to kim@shop.example', ['1', '50', 'to', 'kim', 'shop', 'example']],
    ['払い戻し', ['払', 'い', '戻', 'し']],
    ['x̧é ½', ['xe', '12']],
    ['"\'\\ \0 \ud800', []],
  ])('of %j are %j', (text, words) => expect(folded(text)).toEqual(words));
});

describe('what is typed', () => {
  test.each([
    ['refund', "(('refund':*))"],
    ['Card refu', "(('card')&('refu':*))"],
    ['"card refund"', "(('card'<->'refund'))"],
    ['"card refund" late', "(('card'<->'refund')&('late':*))"],
    ['refund -fee', "(('refund')&!('fee'))"],
    ['refund -"late fee"', "(('refund')&!('late'<->'fee'))"],
    ['refund OR chargeback', "(('refund'))|(('chargeback':*))"],
    ["don't", "(('don'<->'t':*))"],
    ['"not closed', "(('not'<->'closed'))"],
    ['-fee', null],
    ['  ', null],
    ['!&|:*<->()', null],
    ["');drop table facts;--", "(('drop')&('table')&('facts':*))"],
  ])('%j asks for %j', (typed, condition) => expect(asked(typed)).toBe(condition));
});

describe('the line that is shown', () => {
  test.each([
    ['Where is my Refund?', 'refu', ['Refund']],
    ['The fee, and a late fee', '"late fee"', ['late fee']],
    ['Überweisung', 'uber', ['Überweisung']],
    ['a b a', 'a -b', ['a', 'a']],
  ])('of %j marks for %j %j', (text, typed, words) => expect(marked(text, typed)).toEqual(words));

  test('shows the part of a long text in which the words are', () => {
    const line = markedLine(
      `${'before '.repeat(200)}needle ${'behind '.repeat(200)}`,
      parseSearch('needle') ?? [],
    );
    const text = line.map((piece) => piece.text).join('');
    expect(text).toMatch(/^… (before )+needle (behind )+/);
    expect(text.length).toBeLessThan(250);
  });

  test('whatever is said and asked, all that is shown was said, and nothing breaks out of the quotes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(text, text, (said, typed) => {
        expect(searchVector(said, 'customer', siteIds[0] ?? '')).toMatch(
          /^'\/[0-9a-f-]{36}' '\/customer'( '[\p{L}\p{N}]+':\d+(,\d+)*)*$/u,
        );
        const query = parseSearch(typed);
        if (query === null) return;
        expect(searchCondition(query, { siteIds, by: 'note' })).toMatch(
          /^\('\/[0-9a-f-]{36}'\)&'\/note'&\((\||&|!|[()]|<->|'[\p{L}\p{N}]+'(:\*)?)+\)$/u,
        );
        const shown = markedLine(said, query)
          .map((piece) => piece.text)
          .join('')
          .replace(/^… /, '')
          .replace(/…$/, '');
        expect(said.replace(/\s+/g, ' ').toWellFormed()).toContain(shown.toWellFormed());
      }),
    );
  });
});
