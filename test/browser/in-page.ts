import * as fc from 'fast-check';
import { markdownInto, plainText } from '../../browser/markdown.ts';
import { marksAndWords } from './markdown-texts.ts';

/** What the tests do inside the page; `markdown-page.ts` carries it there. */
const attributesOf: Readonly<Record<string, readonly string[]>> = {
  A: ['href', 'rel', 'target'],
  OL: ['start'],
  P: ['class'],
  STRONG: ['class'],
};
const allowed = new Set(
  'P BR HR STRONG EM DEL CODE PRE UL OL LI BLOCKQUOTE TABLE THEAD TBODY TR TH TD A'.split(' '),
);
const invisible = /(?![\n\t])\p{Cc}|[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u;
const deepest = 16;

/** Shows the text, written in the given pieces; `look` sees the element after each of them. */
function show(pieces: readonly string[], look: (element: Element) => void = () => {}): Element {
  const element = document.createElement('div');
  const stream = markdownInto(element);
  for (const piece of pieces) {
    stream.write(piece);
    look(element);
  }
  stream.end();
  look(element);
  return element;
}

/** What the element holds that it must not: empty when all is well. */
function faultsIn(root: Element): string[] {
  const faults: string[] = [];
  const visit = (node: Node, depth: number) => {
    if (node instanceof Element) {
      const name = node.tagName;
      if (!allowed.has(name) || node.namespaceURI !== 'http://www.w3.org/1999/xhtml')
        faults.push(`<${name}>`);
      if (depth > deepest) faults.push(`depth ${depth}`);
      for (const { name: attribute, value } of node.attributes) {
        const isExpected =
          attributesOf[name]?.includes(attribute) && (attribute !== 'class' || value === 'heading');
        if (!isExpected) faults.push(`${name} ${attribute}="${value}"`);
      }
      if (node instanceof HTMLAnchorElement) {
        if (!/^(https?|mailto|tel):$/.test(node.protocol)) faults.push(`href ${node.href}`);
        if (node.username !== '' || node.password !== '') faults.push(`credentials in ${node.href}`);
        if (node.rel !== 'noopener noreferrer nofollow ugc' || node.target !== '_blank')
          faults.push('open rel');
        if (node.parentElement?.closest('a') !== null) faults.push('link in a link');
        if (node.textContent.trim() === '') faults.push('link without text');
      }
    } else if (node.nodeType !== Node.TEXT_NODE) faults.push(`node type ${node.nodeType}`);
    for (const child of node.childNodes) visit(child, depth + 1);
  };
  for (const child of root.childNodes) visit(child, 1);
  if (invisible.test(root.textContent)) faults.push('invisible characters');
  return faults;
}

/** A link that is being written has no address yet. */
const isOpenLink = (fault: string) => /^href |^open rel|^link without text/.test(fault);

/** Cuts the text at random places, also within a surrogate pair. */
const cutAnywhere = (text: string) =>
  fc.array(fc.nat({ max: text.length }), { maxLength: 8 }).map((places) => cut(text, places));

function cut(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places), text.length].sort((a, b) => a - b);
  return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end));
}

interface Cost {
  readonly nodes: number;
  /** Nodes that were made, also those that did not stay. */
  readonly created: number;
  readonly faults: string[];
}

const squeeze = (text: string) => text.replace(/\s+/g, '');

/** Texts of markdown's own marks between ordinary words: nearly every one is a corner of the grammar. */
const text = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...marksAndWords) }, fc.string({ unit: 'binary' })),
    {
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(''));

/** Four places to cut at, the same in every run. */
const somePlaces = (source: string, seed: number) =>
  [48_271, 69_621, 16_807, 39_373].map((factor) => ((seed + 1) * factor) % (source.length + 1));

/** The first failing case of a property, told in one line, or null. */
function failureOf<T>(property: fc.IProperty<T>, numRuns: number, seed: number): string | null {
  const details = fc.check(property, { numRuns, seed });
  if (!details.failed) return null;
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : '';
  return `seed ${details.seed}: ${JSON.stringify(details.counterexample)} ${cause}`;
}

const harness = {
  html: (source: string) => show([source]).innerHTML.replaceAll(/ (rel|target)="[^"]*"/g, ''),

  plain: plainText,

  shownText(source: string): string {
    const element = show([source]);
    // Blocks and breaks separate words, as they do on the screen.
    for (const block of element.querySelectorAll('p,br,hr,pre,li,blockquote,td,th')) block.before(' ');
    for (const block of element.querySelectorAll('p,pre,li,blockquote,td,th')) block.append(' ');
    return element.textContent.replace(/\s+/g, ' ').trim();
  },

  /** Renders every text whole and in random pieces; what is wrong with any of them. */
  faultsOfAll(texts: readonly string[], seed: number): string[] {
    const faults: string[] = [];
    for (const [at, source] of texts.entries()) {
      const whole = show([source]);
      const tell = (fault: string) => faults.push(`${fault} from ${JSON.stringify(source.slice(0, 300))}`);
      faultsIn(whole).forEach(tell);
      const wholeHtml = whole.innerHTML;
      // On the screen a picture would load and a handler run.
      document.body.replaceChildren(whole);
      const inPieces = show(cut(source, somePlaces(source, seed + at)), (element) => {
        faultsIn(element)
          .filter((fault) => !isOpenLink(fault))
          .forEach(tell);
        for (const link of element.querySelectorAll('a[href]'))
          if (!/^(https?:|mailto:|tel:)/.test(link.getAttribute('href') ?? '')) tell('early href');
      });
      if (inPieces.innerHTML !== wholeHtml) tell('other result in pieces');
    }
    return faults;
  },

  chunkFailure: (numRuns: number, seed: number) =>
    failureOf(
      fc.property(
        text.chain((source) => fc.tuple(fc.constant(source), cutAnywhere(source))),
        ([source, pieces]) => {
          const whole = show([source]);
          if (!show(pieces).isEqualNode(whole)) throw new Error(`whole: ${whole.innerHTML}`);
        },
      ),
      numRuns,
      seed,
    ),

  safetyFailure: (numRuns: number, seed: number) =>
    failureOf(
      fc.property(text, (source) => {
        const faults = faultsIn(show([source]));
        if (faults.length > 0) throw new Error(faults.join('; '));
      }),
      numRuns,
      seed,
    ),

  plainTextFailure: (numRuns: number, seed: number) =>
    failureOf(
      fc.property(text, (source) => {
        const shown = show([source]);
        // Beside the words the screen shows only the host of a link that names another one.
        for (const link of shown.querySelectorAll('a'))
          if (link.nextSibling instanceof Text)
            link.nextSibling.data = link.nextSibling.data.replace(` (${link.hostname})`, '');
        const words = squeeze(plainText(source));
        if (words !== squeeze(shown.textContent)) throw new Error(`${words} <> ${shown.innerHTML}`);
      }),
      numRuns,
      seed,
    ),

  /** What a long text of one part over and over does to the document, written piece by piece. */
  costOf(start: string, part: string, length: number): Cost {
    const source = start + part.repeat(Math.ceil(length / part.length)).slice(0, length - start.length);
    let created = 0;
    const count = (name: 'createElement' | 'createTextNode') => {
      const create = document[name].bind(document) as (value: string) => Node;
      const counting = (value: string) => {
        created += 1;
        return create(value);
      };
      Object.assign(document, { [name]: counting });
    };
    count('createElement');
    count('createTextNode');
    const element = show(source.match(/.{1,64}/gs) ?? []);
    Reflect.deleteProperty(document, 'createElement');
    Reflect.deleteProperty(document, 'createTextNode');
    let nodes = 0;
    for (const walker = document.createTreeWalker(element); walker.nextNode() !== null; ) nodes += 1;
    return { nodes, created, faults: faultsIn(element) };
  },
};

export type Harness = typeof harness;

Object.assign(globalThis, { harness });
