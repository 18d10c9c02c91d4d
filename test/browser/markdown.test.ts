import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type MarkdownPage, openMarkdownPage } from './markdown-page.ts';
import { hostilePayloads, nastyRepetitions } from './payloads.ts';

let page: MarkdownPage;

beforeAll(async () => {
  page = await openMarkdownPage();
});
afterAll(() => page.close());
/** After every test: no script ran, nothing was asked for, the policy had nothing to report. */
afterEach(async () => {
  expect(await page.faults()).toEqual([]);
});

describe('text from anyone', () => {
  test('makes only allowed elements, attributes and addresses, whole and in pieces', async () => {
    const payloads = hostilePayloads();
    expect(new Set(payloads).size).toBeGreaterThan(3_000);
    expect(await page.call('faultsOfAll', payloads, 1)).toEqual([]);
  });

  test('stays safe for any mix of marks', async () => {
    expect(await page.call('safetyFailure', 3_000, 20_261)).toBeNull();
  });

  test('shows the same however it was cut', async () => {
    expect(await page.call('chunkFailure', 4_000, 20_262)).toBeNull();
  });

  test('has the words that plainText tells', async () => {
    expect(await page.call('plainTextFailure', 3_000, 20_263)).toBeNull();
  });

  test.each(['', 'https://a.example/?', '> - '])(
    'however often a mark is repeated behind %j, the tree stays shallow and the work in proportion',
    async (start) => {
      for (const part of nastyRepetitions) {
        const { nodes, created, faults } = await page.call('costOf', start, part, 20_000);
        expect([part, ...faults]).toEqual([part]);
        expect(nodes, part).toBeLessThanOrEqual(20_000 + 10);
        expect(created, part).toBeLessThanOrEqual(20_000 + 10);
      }
    },
  );

  test('is cut off behind the longest answer, with a sign of it', async () => {
    const shown = await page.call('shownText', 'a'.repeat(30_000));
    expect(shown).toBe(`${'a'.repeat(20_000)}…`);
    expect(await page.call('plain', 'a'.repeat(30_000))).toBe(shown);
  });
});

describe('ordinary markdown', () => {
  const link = (href: string, text = href) => `<a href="${href}">${text}</a>`;

  test.each([
    // Text
    ['Hello.', '<p>Hello.</p>'],
    ['a\nb', '<p>a<br>b</p>'],
    ['a\r\nb', '<p>a<br>b</p>'],
    ['a\n\nb', '<p>a</p><p>b</p>'],
    ['a<br>b<br/>c<br />d', '<p>a<br>b<br>c<br>d</p>'],
    ['', ''],
    ['\n\n', ''],
    ['5 < 6 & 7 > 3', '<p>5 &lt; 6 &amp; 7 &gt; 3</p>'],
    ['<b>x</b>', '<p>&lt;b&gt;x&lt;/b&gt;</p>'],
    ['C:\\path\\name', '<p>C:\\path\\name</p>'],
    ['a \\* b \\_c\\_', '<p>a * b _c_</p>'],
    ['„Hallo“, sagte sie – ‚gut‘.', '<p>„Hallo“, sagte sie – ‚gut‘.</p>'],
    ['\u{1f469}\u200d\u{1f4bb} ok', '<p>\u{1f469}\u200d\u{1f4bb} ok</p>'],
    ['می\u200cخواهم', '<p>می\u200cخواهم</p>'],
    ['a\u200cb\u200bc\u202ed\ufeff', '<p>abcd</p>'],
    // Emphasis, and what only looks like it
    [
      '**b** *i* ***bi*** ~~d~~ `c`',
      '<p><strong>b</strong> <em>i</em> <strong><em>bi</em></strong> <del>d</del> <code>c</code></p>',
    ],
    ['__b__ _i_ (see *this*)', '<p><strong>b</strong> <em>i</em> (see <em>this</em>)</p>'],
    ['**Note**: x', '<p><strong>Note</strong>: x</p>'],
    ['order_id_field and snake_case', '<p>order_id_field and snake_case</p>'],
    ['2 * 3 * 4 = 24', '<p>2 * 3 * 4 = 24</p>'],
    ['2*3*4 = 24', '<p>2*3*4 = 24</p>'],
    ['**Step 1**: *Room 5*', '<p><strong>Step 1</strong>: <em>Room 5</em></p>'],
    ['*Terms apply', '<p>*Terms apply</p>'],
    ['5 €*\n\n*zzgl. Versand', '<p>5 €*</p><p>*zzgl. Versand</p>'],
    ['**a *b', '<p>**a *b</p>'],
    ['***a* b', '<p>**<em>a</em> b</p>'],
    ['~~a', '<p>~~a</p>'],
    ['~5 min', '<p>~5 min</p>'],
    ['It costs $5 and $6, or $USD $EUR.', '<p>It costs $5 and $6, or $USD $EUR.</p>'],
    // Code
    ['Use `a_b` and ``c`d``', '<p>Use <code>a_b</code> and <code>c`d</code></p>'],
    ['`<b>**x**</b>`', '<p><code>&lt;b&gt;**x**&lt;/b&gt;</code></p>'],
    ['Press the ` key', '<p>Press the ` key</p>'],
    ['``a`b', '<p>``a`b</p>'],
    ['```js\nlet a = $1;\n\n*x*\n```\nafter', '<pre><code>let a = $1;\n\n*x*</code></pre><p>after</p>'],
    ['```\nunclosed', '<pre><code>unclosed</code></pre>'],
    ['    code\n    more\n\nafter', '<pre><code>code\nmore</code></pre><p>after</p>'],
    // Lists
    ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
    ['* *a\n* b', '<ul><li>*a</li><li>b</li></ul>'],
    ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['- a\n  - b\n    - c\n- d', '<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>'],
    ['1. a\n   - b\n2. c', '<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>'],
    ['1. a\n\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    [
      'Do:\n- **Fee:** $3\n- 2–3 days\n\nDone.',
      '<p>Do:</p><ul><li><strong>Fee:</strong> $3</li><li>2–3 days</li></ul><p>Done.</p>',
    ],
    ['- [ ] todo\n- [x] done', '<ul><li>☐ todo</li><li>☑ done</li></ul>'],
    // Blocks
    ['> q\n> r\n\ntext', '<blockquote><p>q<br>r</p></blockquote><p>text</p>'],
    ['> > deep', '<blockquote><blockquote><p>deep</p></blockquote></blockquote>'],
    ['# H *a*\ntext', '<p class="heading">H <em>a</em></p><p>text</p>'],
    ['###### H6', '<p class="heading">H6</p>'],
    ['#5 is #next', '<p>#5 is #next</p>'],
    ['a\n\n---\n\nb', '<p>a</p><hr><p>b</p>'],
    ['\\(x\\) and $$y$$', '<p><code>x</code> and $$y$$</p>'],
    // Links
    ['[a](https://a.example/x)', `<p>${link('https://a.example/x', 'a')}</p>`],
    ['[a](https://a.example/x "t") b', `<p>${link('https://a.example/x', 'a')} b</p>`],
    ['[a](<https://a.example/x>)', `<p>${link('https://a.example/x', 'a')}</p>`],
    ['[a](https://a.example/b_(c))', `<p>${link('https://a.example/b_(c)', 'a')}</p>`],
    ['[a **b**](https://a.example/)', `<p>${link('https://a.example/', 'a <strong>b</strong>')}</p>`],
    ['[mail](mailto:a@b.example)', `<p>${link('mailto:a@b.example', 'mail')}</p>`],
    ['[call](tel:+49301234)', `<p>${link('tel:+49301234', 'call')}</p>`],
    ['[ ](https://a.example/x)', `<p>${link('https://a.example/x', ' a.example')}</p>`],
    ['[](https://a.example/x)', `<p>[](${link('https://a.example/x')})</p>`],
    ['![alt](https://a.example/i.png)', `<p>${link('https://a.example/i.png', 'alt')}</p>`],
    ['[![alt](https://b.example/i.png)](https://a.example/)', `<p>${link('https://a.example/', 'alt')}</p>`],
    [
      '[bank.example](https://evil.example/)',
      `<p>${link('https://evil.example/', 'bank.example')} (evil.example)</p>`,
    ],
    ['[x](javascript:pwn(1))', '<p>x</p>'],
    ['[relative](/help)', '<p>relative</p>'],
    ['a [1] b [see](', '<p>a [1] b [see](</p>'],
    ['[![', '<p>[![</p>'],
    ['[*[', '<p>[*[</p>'],
    ['[open](https://a.example\nnext', '<p>[open](https://a.example<br>next</p>'],
    // Bare addresses
    ['see https://a.example/x.', `<p>see ${link('https://a.example/x')}.</p>`],
    ['https://a.example/?q=1!', `<p>${link('https://a.example/?q=1')}!</p>`],
    ['(https://a.example/x), y', `<p>(${link('https://a.example/x')}), y</p>`],
    ['https://a.example/b_(c) d', `<p>${link('https://a.example/b_(c)')} d</p>`],
    ['**https://a.example/**', `<p><strong>${link('https://a.example/')}</strong></p>`],
    ['<https://a.example/x> y', `<p>&lt;${link('https://a.example/x')}&gt; y</p>`],
    ['"https://a.example/x"', `<p>"${link('https://a.example/x')}"</p>`],
    ['- https://a.example/x\n- hh', `<ul><li>${link('https://a.example/x')}</li><li>hh</li></ul>`],
    ['https://a.example/a_b_c/~d', `<p>${link('https://a.example/a_b_c/~d')}</p>`],
    ['xhttps://a.example a@b.example', '<p>xhttps://a.example a@b.example</p>'],
    [`https://a.example/${'a'.repeat(2_100)} x`, `<p>https://a.example/${'a'.repeat(2_100)} x</p>`],
    // Tables
    [
      '| a | b |\n|---|:-:|\n| 1 | `x|y` |\n| 3 | 4 |\n\nafter',
      '<table><thead><tr><th> a </th><th> b </th></tr></thead><tbody><tr><td> 1 </td><td> <code>x|y</code> </td></tr><tr><td> 3 </td><td> 4 </td></tr></tbody></table><p>after</p>',
    ],
    [
      '| a |\n|---|\n| 1 |\nafter $5',
      '<table><thead><tr><th> a </th></tr></thead><tbody><tr><td> 1 </td></tr></tbody></table><p>after $5</p>',
    ],
    [
      '| a |\n| b |\n| $c |',
      '<table><thead><tr><th> a </th></tr></thead><tbody><tr><td> b </td></tr><tr><td> $c </td></tr></tbody></table>',
    ],
    ['| a |\n- b', '<table><thead><tr><th> a </th></tr></thead></table><ul><li>b</li></ul>'],
    ['a | b', '<p>a | b</p>'],
  ])('%j', async (source, html) => {
    expect(await page.call('html', source)).toBe(html);
  });

  test.each([
    ['# Hi\n\n1. Open **Settings**.\n2. Tap [Cards](https://a.example).', 'Hi Open Settings. Tap Cards.'],
    ['a `b` ~~c~~\nd', 'a b c d'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a b 1 2'],
    ['*Terms apply [1]', '*Terms apply [1]'],
    ['[x](javascript:pwn(1)) <b>', 'x <b>'],
    ['```js\na\n\nb\n```', 'a b'],
    ['- [x] done', '☑ done'],
    ['', ''],
  ])('plainText of %j', async (source, words) => {
    expect(await page.call('plain', source)).toBe(words);
    expect(await page.call('shownText', source)).toBe(words);
  });
});
