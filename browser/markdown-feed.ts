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
  ITALIC_UND,
  LINK,
  parser_end,
  parser_write,
  RAW_URL,
  SRC,
  START,
  STRONG_UND,
  TABLE,
} from 'streaming-markdown';
import { longestUrl } from './markdown-url.ts';

/** Markdown that comes in pieces, cut anywhere. What is written after the end is ignored. */
export interface MarkdownStream {
  write(text: string): void;
  end(): void;
}

/** What stood in the source around a link that is none ("[1]", "[see](" and nothing more), to be put back. */
export interface Brackets {
  readonly before: string;
  readonly after: string;
}

/** What the parser tells, in order. Every `begin` has its `end`. */
export interface MarkdownEvents {
  begin(token: number): void;
  /** @param target where a link leads (unchecked!), or its brackets if it leads nowhere; null for all else */
  end(token: number, target: string | Brackets | null): void;
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
const endOfRawUrl = /[<>"|*`[\]{}^]/;

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
  const open: { token: number; target: string | null }[] = [];
  let isChecked = false;
  let isCutOff = false;
  const parser = createParser({
    data: null,
    add_token(_, token) {
      open.push({ token, target: null });
      if (token === CHECKBOX) isChecked = false;
      else events.begin(token);
    },
    end_token() {
      const ended = open.pop();
      if (ended === undefined) return;
      const { token, target } = ended;
      if (token === CHECKBOX) events.text(isChecked ? '☑' : '☐');
      else if ((token === LINK || token === IMAGE) && (target === null || isCutOff)) {
        const closing = parser.pending.startsWith(']') ? ']' : '';
        const after = target === null ? closing : `](${target}`;
        events.end(token, { before: token === IMAGE ? '![' : '[', after });
      } else events.end(token, target);
    },
    add_text: (_, text) => events.text(text),
    set_attr(_, name, value) {
      const last = open.at(-1);
      if (last !== undefined && (name === HREF || name === SRC)) last.target = value;
      if (name === START) events.start(value);
      if (name === CHECKED) isChecked = true;
    },
  });

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

  const isVerbatim = () => {
    const { pending } = parser;
    return (
      verbatim.includes(parser.tokens[parser.len]) ||
      /^([`\\]|\]\()/.test(pending) ||
      (pending === ' ' && parser.indent_len > 2)
    );
  };

  /** Puts right what the parser would misread, given the character that comes next. */
  const prepare = (char: string) => {
    const { pending, token } = parser;
    if (pending.startsWith('](')) {
      if (char === '\n' || pending.length > longestUrl) cutOff();
    } else if (token === RAW_URL) {
      if (endOfRawUrl.test(char) || (char === ')' && !pending.includes('('))) settle();
    } else if (token === TABLE && pending === '' && parser.table_state !== 1 && !/[|\n]/.test(char)) {
      // A line that is no row ends the table; the parser would write it between the rows.
      put('\n');
    } else if (!isVerbatim()) {
      // "(https://example.com)": an address may follow a bracket.
      if (char === 'h' && pending === '(') settle();
      // "$5 or $USD" is money and no formula, "order_id_field" is a name and no emphasis.
      const isInWord =
        char === '_' && wordCharacter.test(last) && token !== ITALIC_UND && token !== STRONG_UND;
      if (char === '$' || isInWord) put('\\');
    }
  };

  /** "[a](https://example.com/b_(c))": the bracket that closes one in the address does not end the address. */
  const isInsideAddress = (char: string) => {
    const { pending } = parser;
    if (char !== ')' || !pending.startsWith('](') || pending.length > longestUrl) return false;
    return pending.split('(').length - 2 > pending.split(')').length - 1;
  };

  let last = '';
  let held = '';
  let length = 0;
  let isOver = false;

  const take = (char: string) => {
    if (invisible.test(char) || (joiner.test(char) && last <= '\x7f')) return;
    length += char.length;
    if (length > longestText) {
      close('…');
      return;
    }
    if (isInsideAddress(char)) parser.pending += char;
    else {
      prepare(char);
      put(char);
    }
    last = char;
  };

  const close = (ellipsis: string) => {
    isOver = true;
    if (parser.pending.startsWith('](')) cutOff();
    put(ellipsis);
    parser_end(parser);
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
