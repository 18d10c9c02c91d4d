import type { Rule } from './import-rules.ts';
import type { Node, SourceFile } from './source-tree.ts';

const maxLines = 300;
const isScript = (path: string) => /\.(ts|tsx|mjs|js)$/.test(path);

export const shortFiles: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return isScript(path) && lines > maxLines ? [`${path} has ${lines} lines, more than ${maxLines}`] : [];
  });

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const pascal = /^[A-Z][A-Za-z0-9]*$/;
/** Names that say nothing of what is inside. */
const vague = new Set(['utils', 'util', 'helpers', 'helper', 'types', 'misc', 'common', 'shared']);

export const fileNames: Rule = (files) =>
  files.flatMap(({ path }) => {
    if (!isScript(path) || !path.includes('/')) return [];
    const name = path.split('/').at(-1) ?? '';
    const stem = name.replace(/(\.test|\.d)?\.(ts|tsx|mjs|js)$/, '');
    const isWellFormed = kebab.test(stem) || (name.endsWith('.tsx') && pascal.test(stem));
    if (!isWellFormed) return [`${path} is neither kebab-case nor a component`];
    return vague.has(stem) ? [`${path} has a name that says nothing`] : [];
  });

/** A check that is switched off is no check. */
export const noSilencing: Rule = (files) =>
  files.flatMap((file) => [
    ...file.comments
      .filter(({ value }) => /@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/.test(value))
      .map(({ line }) => `${file.path}:${line} switches a check off`),
    ...file.nodes
      .filter((node) => node.type === 'TSAnyKeyword')
      .map((node) => `${file.path}:${file.lineOf(node)} says any`),
  ]);

/** Names of folders that only one machine has; put together so that this file does not break its own rule. */
const machineFolders = new RegExp(`(^|[^\\w.])/(${['work', 'tmp', 'home', 'root', 'Users'].join('|')})/\\w`);

export const noMachinePaths: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        machineFolders.test(line) ? [`${path}:${index + 1} names a folder of one machine`] : [],
      ),
  );

const htmlSinks = new Set([
  'innerHTML',
  'outerHTML',
  'insertAdjacentHTML',
  'dangerouslySetInnerHTML',
  'setHTMLUnsafe',
  'parseHTMLUnsafe',
  'createContextualFragment',
  'srcdoc',
  'srcDoc',
  'eval',
]);

const nameOf = (node: unknown): unknown => {
  const { type, name, value } = (node ?? {}) as Partial<Node>;
  return type === 'Identifier' || type === 'JSXIdentifier' ? name : type === 'Literal' ? value : undefined;
};

/** Whether a node turns text into markup or code, in whatever way it is written. */
function isSink(node: Node): boolean {
  const name = nameOf(node);
  if (typeof name === 'string' && htmlSinks.has(name)) return true;
  if (node.type === 'MemberExpression') {
    const property = String(nameOf(node.property));
    const owner = nameOf(node.object) ?? nameOf((node.object as Node).property);
    return owner === 'document' && (property === 'write' || property === 'writeln');
  }
  return (
    (node.type === 'NewExpression' || node.type === 'CallExpression') && nameOf(node.callee) === 'Function'
  );
}

const runsInBrowsers = (path: string) => /^(widget|console|browser|examples)\//.test(path);

/** Words from outside must never become markup or code: nothing in a browser can do that. */
export const noHtmlSinks: Rule = (files) =>
  files.flatMap((file: SourceFile) => {
    if (!runsInBrowsers(file.path)) return [];
    if (file.path.endsWith('.html')) {
      const words = [...htmlSinks, 'document\\.write', 'new Function', 'javascript:', '\\son[a-z]+\\s*='];
      const found = new RegExp(`(${words.join('|')})`).exec(file.text);
      return found === null ? [] : [`${file.path} holds ${found[0].trim()}`];
    }
    const sinks = file.nodes.filter(isSink);
    return sinks.map((node) => `${file.path}:${file.lineOf(node)} makes markup or code out of text`);
  });
