import {
  CHECKBOX,
  CHECKED,
  CODE_BLOCK,
  CODE_FENCE,
  CODE_INLINE,
  parser as createParser,
  EQUATION_BLOCK,
  EQUATION_INLINE,
  HREF,
  IMAGE,
  ITALIC_AST,
  ITALIC_UND,
  LINK,
  parser_end,
  parser_write,
  RAW_URL,
  SRC,
  START,
  STRIKE,
  STRONG_AST,
  STRONG_UND,
  TABLE,
  TABLE_ROW,
} from 'streaming-markdown';
import { longestUrl } from './markdown-url.ts';

/** Markdown that comes in pieces, cut anywhere. What is written after the end is ignored. */
export interface MarkdownStream {
  write(text: string): void;
  end(): void;
}

/** What stood in the source around a link or an emphasis that is none ("[1]", "[see](", "*Terms apply"), to be put back. */
export interface Marks {
  readonly before: string;
  readonly after: string;
}

/** What the parser tells, in order. Every `begin` has its `end`. */
export interface MarkdownEvents {
  begin(token: number): void;
  /** @param target where a link leads (unchecked!), or the marks of what turned out to be none; null for all else */
  end(token: number, target: string | Marks | null): void;
  text(text: string): void;
  /** The first number of the ordered list that has just begun. */
  start(value: string): void;
}

/** Longest text that is shown, in UTF-16 units; the longest answer that the protocol allows. */
const longestText = 20_000;

/**
 * Characters that cannot be seen: controls, direction marks, zero-width characters, fillers and the tag block.
 * They hide instructions from a reader or make a text read as another one.
 */
const invisible =
  /(?![\n\t])\p{Cc}|[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;

/** Joiners belong between emoji and in scripts like Persian; among ASCII they only hide something. */
const joiner = /[\u200c\u200d]/;

const wordCharacter = /[\p{L}\p{N}]/u;

/**
 * Deeper than this many open tokens no mark opens another one: a hostile text must not make a tree that the
 * browser is slow to lay out, and the parser's own stack ends at 24. The last mark may have opened four.
 */
const deepest = 12;
const opener = /[*_~`!<>#+|.\\-]/;
const endOfRawUrl = /[<>"|*`[\]{}^]/;

/** What begins and ends an emphasis. */
const marks: Readonly<Record<number, string>> = {
  [ITALIC_AST]: '*',
  [ITALIC_UND]: '_',
  [STRONG_AST]: '**',
  [STRONG_UND]: '__',
  [STRIKE]: '~~',
};

/** Tokens whose text is taken as it stands. */
const verbatim: readonly (number | undefined)[] = [
  CODE_BLOCK,
  CODE_FENCE,
  CODE_INLINE,
  IMAGE,
  RAW_URL,
  EQUATION_BLOCK,
  EQUATION_INLINE,
];

/**
 * streaming-markdown's parser, fed one character at a time: so the result cannot depend on how the text was cut,
 * and what the parser makes wrong of ordinary prose is corrected before it sees it.
 */
export function createFeed(events: MarkdownEvents): MarkdownStream {
  const open: { token: number; target: string | null; mark: string }[] = [];
  let isChecked = false;
  let isCutOff = false;
  const parser = createParser({
    data: null,
    add_token(_, token) {
      // The parser swallows the blank behind a backtick.
      const mark =
        token === CODE_INLINE
          ? '`'.repeat(parser.fence_start) + (current === ' ' ? ' ' : '')
          : (marks[token] ?? '');
      open.push({ token, target: null, mark });
      if (token === CHECKBOX) isChecked = false;
      else events.begin(token);
    },
    end_token() {
      const ended = open.pop();
      if (ended === undefined) return;
      const { token, target, mark } = ended;
      if (token === CHECKBOX) events.text(isChecked ? '☑' : '☐');
      else if ((token === LINK || token === IMAGE) && (target === null || isCutOff)) {
        const closing = parser.pending.startsWith(']') ? ']' : '';
        const after = target === null ? closing : `](${target}`;
        events.end(token, { before: token === IMAGE ? '![' : '[', after });
      } else if (mark !== '' && !isClosed(token, mark)) events.end(token, { before: mark, after: '' });
      else events.end(token, target);
    },
    add_text: (_, text) => events.text(text),
    set_attr(_, name, value) {
      const last = open.at(-1);
      if (last !== undefined && (name === HREF || name === SRC)) last.target = value;
      if (name === START) events.start(value);
      if (name === CHECKED) isChecked = true;
    },
  });

  /** Whether it is the closing mark that ends this, and not the end of the paragraph. */
  const isClosed = (token: number, mark: string) =>
    token === CODE_INLINE
      ? parser.fence_start > 0 && !isOver
      : [mark, mark[0], `${mark}${mark[0]}`].includes(parser.pending);

  const put = (text: string) => parser_write(parser, text);

  /** Makes the parser decide about what it holds back, by a space that is then taken away again. */
  const settle = () => {
    put(' ');
    parser.pending = '';
  };

  /** An address that will not be closed becomes text again, instead of swallowing what follows. */
  const cutOff = () => {
    isCutOff = true;
    put(')');
    isCutOff = false;
  };

  const isVerbatim = () =>
    verbatim.includes(parser.tokens[parser.len]) || /^([`\\]|\]\()/.test(parser.pending);

  /** Whether a table's line has ended that may be its last. Behind the first row the parser looks itself. */
  const isBehindRow = () => {
    const { pending, table_state: state, token } = parser;
    return token === TABLE
      ? pending === '' && state !== 1
      : token === TABLE_ROW && pending === '\n' && state > 0;
  };

  /** Whether the first row of a table is followed by something else than the line that divides head and body. */
  const isUndivided = (char: string) =>
    parser.token === TABLE && parser.table_state === 1 && !/[-:| \n]/.test(char);

  /** Marks that are none here: "$5 or $USD" is money, "order_id_field" a name, "2*3*4" a product. */
  const isPlain = (char: string) => {
    const { pending, token } = parser;
    if (parser.len >= deepest && opener.test(char)) return true;
    // Perhaps an indented code block, which would show the backslash.
    if (pending === ' ' && parser.indent_len > 2) return false;
    if (char === '$') return true;
    if (char === '_') return wordCharacter.test(last) && token !== ITALIC_UND && token !== STRONG_UND;
    return char === '*' && /\d/.test(last) && token !== ITALIC_AST && token !== STRONG_AST;
  };

  /** Puts right what the parser would misread, given the character that comes next. */
  const prepare = (char: string) => {
    const { pending, token } = parser;
    if (pending.startsWith('](')) {
      if (char === '\n' || pending.length > longestUrl) cutOff();
    } else if (token === RAW_URL) {
      const isEnd = endOfRawUrl.test(char) || pending.length > longestUrl;
      if (isEnd || (char === ')' && !pending.includes('('))) settle();
    } else if (isBehindRow() && !/[|\n]/.test(char)) {
      // A line that is no row ends the table; the parser would write it between the rows.
      put('\n');
      prepare(char);
    } else if (isUndivided(char)) {
      // One more row goes into the body, all else behind the table; the parser would write it outside of any block.
      parser.pending = '';
      put(pending.startsWith('|') ? '\n' : '\n\n');
      put(pending);
      prepare(char);
    } else if (!isVerbatim()) {
      // "<https://example.com>": the parser would go on looking for a "<br>".
      if (char === 'h' && pending === '<') settle();
      if (isPlain(char)) put('\\');
    }
  };

  /** "[a](https://example.com/b_(c))": the bracket that closes one in the address does not end the address. */
  const isInsideAddress = (char: string) => {
    const { pending } = parser;
    if (char !== ')' || !pending.startsWith('](') || pending.length > longestUrl) return false;
    return pending.split('(').length - 2 > pending.split(')').length - 1;
  };

  let last = '';
  let current = '';
  let held = '';
  let length = 0;
  let isOver = false;

  const take = (char: string) => {
    if (invisible.test(char) || (joiner.test(char) && last <= '\x7f')) return;
    current = char;
    length += char.length;
    if (length > longestText) {
      close('…');
      return;
    }
    if (isInsideAddress(char)) parser.pending += char;
    else {
      prepare(char);
      put(char);
      // "(https://example.com)", "**https://example.com**": an address may begin behind any mark.
      const mayBeAddress = parser.pending === 'h' && parser.token === parser.tokens[parser.len];
      if (mayBeAddress && char === 'h' && !wordCharacter.test(last)) {
        parser.pending = '';
        put(char);
      }
    }
    last = char;
  };

  const close = (ellipsis: string) => {
    if (parser.pending.startsWith('](')) cutOff();
    put(ellipsis);
    parser_end(parser);
    isOver = true;
    // The parser leaves open what the text did not close.
    while (open.length > 0) parser.renderer.end_token(null);
  };

  return {
    write(text) {
      const whole = held + text;
      // Half of a surrogate pair waits for the other half.
      held = /[\ud800-\udbff]$/.exec(whole)?.[0] ?? '';
      for (const char of whole.slice(0, whole.length - held.length)) if (!isOver) take(char);
    },
    end() {
      if (!isOver) close('');
    },
  };
}
