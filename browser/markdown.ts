import {
  BLOCKQUOTE,
  CODE_BLOCK,
  CODE_FENCE,
  CODE_INLINE,
  DOCUMENT,
  EQUATION_BLOCK,
  EQUATION_INLINE,
  HEADING_1,
  HEADING_6,
  IMAGE,
  ITALIC_AST,
  ITALIC_UND,
  LINE_BREAK,
  LINK,
  LIST_ITEM,
  LIST_ORDERED,
  LIST_UNORDERED,
  PARAGRAPH,
  RAW_URL,
  RULE,
  STRIKE,
  STRONG_AST,
  STRONG_UND,
  TABLE,
  TABLE_CELL,
  TABLE_ROW,
} from 'streaming-markdown';
import { createFeed, type MarkdownStream, type Marks } from './markdown-feed.ts';
import { allowedUrl, hostToShow, longestUrl } from './markdown-url.ts';

export type { MarkdownStream } from './markdown-feed.ts';

/** The only elements that are ever made, outermost first. A heading must not disturb the outline of the page. */
const elements: Readonly<Record<number, string>> = {
  [PARAGRAPH]: 'p',
  [CODE_BLOCK]: 'pre code',
  [CODE_FENCE]: 'pre code',
  [CODE_INLINE]: 'code',
  [ITALIC_AST]: 'em',
  [ITALIC_UND]: 'em',
  [STRONG_AST]: 'strong',
  [STRONG_UND]: 'strong',
  [STRIKE]: 'del',
  [LINK]: 'a',
  [RAW_URL]: 'a',
  [IMAGE]: 'a',
  [BLOCKQUOTE]: 'blockquote',
  [LINE_BREAK]: 'br',
  [RULE]: 'hr',
  [LIST_UNORDERED]: 'ul',
  [LIST_ORDERED]: 'ol',
  [LIST_ITEM]: 'li',
  [TABLE]: 'table',
  [EQUATION_BLOCK]: 'code',
  [EQUATION_INLINE]: 'code',
};

const isHeading = (token: number) => token >= HEADING_1 && token <= HEADING_6;
const isLink = (token: number) => token === LINK || token === RAW_URL || token === IMAGE;
const isInline = (token: number) => isLink(token) || (token >= CODE_INLINE && token <= STRIKE);

interface Frame {
  readonly token: number;
  /** Where the children go. */
  readonly node: Element;
  /** Set for a link inside a link, which has no element: where its opening bracket would be put back. */
  readonly bracket: Text | null;
  readonly isInLink: boolean;
  /** Rows of a table so far. */
  rows: number;
}

/**
 * Shows markdown in the element, which is emptied first, while it comes in. Safe for text from anyone: only the
 * elements above and the parts of a table are made, by createElement and text nodes alone; raw HTML stays text;
 * nothing is ever loaded (an image becomes a link); links lead to http, https, mailto and tel. The content is
 * the renderer's: no framework may render into this element.
 */
export function markdownInto(element: Element): MarkdownStream {
  const { ownerDocument } = element;
  const outer: Frame[] = [];
  let top: Frame = { token: DOCUMENT, node: element, bracket: null, isInLink: false, rows: 0 };
  let text = '';
  let tail: Text | null = null;
  element.replaceChildren();

  /** Text is collected first, so that one piece of the stream changes the document once. */
  const flush = () => {
    if (text !== '' && tail !== null) tail.appendData(text);
    else if (text !== '') {
      tail = ownerDocument.createTextNode(text);
      top.node.append(tail);
    }
    text = '';
  };

  const rowNames = () => {
    top.rows += 1;
    return top.rows === 1 ? ['thead', 'tr'] : ['tbody', 'tr'];
  };

  const namesOf = (token: number) => {
    if (token === TABLE_ROW) return rowNames();
    if (token === TABLE_CELL) return [outer.at(-1)?.rows === 1 ? 'th' : 'td'];
    return isHeading(token) ? ['p'] : (elements[token]?.split(' ') ?? []);
  };

  const feed = createFeed({
    begin(token) {
      flush();
      tail = null;
      let { node } = top;
      const isNested = top.isInLink && isLink(token);
      for (const name of isNested ? [] : namesOf(token)) {
        const last = node.lastElementChild;
        // All rows but the first share one body.
        if (name === 'tbody' && last?.localName === name) node = last;
        else {
          const child = ownerDocument.createElement(name);
          node.append(child);
          node = child;
        }
      }
      if (isHeading(token)) node.setAttribute('class', 'heading');
      const bracket = isNested ? ownerDocument.createTextNode('') : null;
      if (bracket !== null) node.append(bracket);
      outer.push(top);
      top = { token, node, bracket, isInLink: top.isInLink || isLink(token), rows: 0 };
    },
    end(token, target) {
      flush();
      tail = null;
      const { node, bracket } = top;
      top = outer.pop() ?? top;
      if (bracket === null) {
        if (target !== null) finish(node, token, target);
      } else if (areMarks(target)) {
        bracket.data = target.before;
        node.append(target.after);
      }
    },
    text(more) {
      text += more;
    },
    start(value) {
      if (/^\d{1,9}$/.test(value)) top.node.setAttribute('start', value);
    },
  });

  return {
    write(more) {
      feed.write(more);
      flush();
    },
    end() {
      feed.end();
      flush();
    },
  };
}

/**
 * The words of a markdown text on one line: for announcements and the rows of a list. Cut off like the shown
 * text; a link gives its label.
 */
export function plainText(markdown: string): string {
  const starts: number[] = [];
  let words = '';
  const feed = createFeed({
    begin(token) {
      if (!isInline(token)) words += ' ';
      starts.push(words.length);
    },
    end(token, target) {
      const start = starts.pop() ?? 0;
      if (areMarks(target)) {
        words = words.slice(0, start) + target.before + words.slice(start) + target.after;
      }
      if (!isInline(token)) words += ' ';
    },
    text(more) {
      words += more;
    },
    start() {},
  });
  feed.write(markdown);
  feed.end();
  return words.replace(/\s+/g, ' ').trim();
}

/** Gives the link its address, now that it is known. What is no link or emphasis after all becomes plain text. */
function finish(link: Element, token: number, target: string | Marks): void {
  if (areMarks(target)) {
    link.before(target.before);
    link.after(target.after);
    link.replaceWith(...link.childNodes);
    return;
  }
  const url = allowedUrl(token === RAW_URL ? sentencePart(link, target) : target);
  if (url === null) {
    link.replaceWith(...link.childNodes);
    return;
  }
  const isWeb = url.protocol.startsWith('http');
  // A link must be seen to be judged.
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(link.textContent)) link.append(isWeb ? url.hostname : url.pathname);
  link.setAttribute('href', url.href);
  link.setAttribute('rel', 'noopener noreferrer nofollow ugc');
  link.setAttribute('target', '_blank');
  const host = hostToShow(link.textContent, url);
  if (host !== null) link.after(` (${host})`);
}

/** The punctuation behind a bare address ends the sentence, not the address. */
function sentencePart(link: Element, target: string): string {
  if (target.length > longestUrl) return target;
  const address = target.replace(/[.,:;!?'_~(]+$/, '');
  link.textContent = address;
  link.after(target.slice(address.length));
  return address;
}

const areMarks = (target: string | Marks | null): target is Marks =>
  target !== null && typeof target === 'object';
