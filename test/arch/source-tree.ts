import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

/** One import of a module: `type` leaves nothing behind when types are erased, `value` does. */
export interface Import {
  readonly from: string;
  readonly kind: 'type' | 'value';
  readonly line: number;
}

/** A node of the syntax tree, as far as the rules need to look. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export interface SourceFile {
  /** Path in the project, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly comments: readonly { readonly value: string; readonly line: number }[];
  /** Every node, outermost first; empty for what is not a script. */
  readonly nodes: readonly Node[];
  lineOf(node: Node): number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = [
  'protocol',
  'browser',
  'widget',
  'server',
  'console',
  'examples',
  'test',
  'bench',
  'scripts',
];
const scripts = /\.(ts|tsx|mjs|js)$/;
const others = /\.(html|css|json|md|jsonl|csv|txt)$/;

/** Every file of the project that a person writes, parsed. */
export function readSourceTree(): SourceFile[] {
  const found = folders.flatMap((folder) => filesUnder(folder));
  const atRoot = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json|md)$/.test(entry.name))
    .map((entry) => entry.name)
    .filter((name) => name !== 'package-lock.json');
  return [...atRoot, ...found].map((path) => sourceFile(path, readFileSync(`${root}${path}`, 'utf8')));
}

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(`${root}${folder}`, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && (scripts.test(entry.name) || others.test(entry.name)))
      .map((entry) => posix.join(entry.parentPath.slice(root.length).replaceAll('\\', '/'), entry.name))
      .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path));
  } catch (error) {
    // A folder of the layout that nobody has needed yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Parses one file; rules are shown to work on samples made by hand. */
export function sourceFile(path: string, text: string): SourceFile {
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineAt = (offset: number) => starts.findLastIndex((start) => start <= offset) + 1;
  const lineOf = (node: Node) => lineAt(node.start);
  if (!scripts.test(path)) return { path, text, imports: [], comments: [], nodes: [], lineOf };
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path} does not parse: ${parsed.errors[0]?.message}`);
  const nodes = [...walk(parsed.program)];
  const comments = parsed.comments.map(({ value, start }) => ({ value, line: lineAt(start) }));
  return { path, text, imports: nodes.flatMap((node) => importOf(node, lineOf)), comments, nodes, lineOf };
}

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && typeof value.type === 'string') yield value as Node;
  for (const child of Object.values(value)) yield* walk(child);
}

/**
 * `import { type A }` counts as a value: with verbatimModuleSyntax it leaves `import {} from …`, which loads the
 * module.
 */
function importOf(node: Node, lineOf: (node: Node) => number): Import[] {
  const from = (node.source as { value?: unknown } | null | undefined)?.value;
  if (typeof from !== 'string') return [];
  const line = lineOf(node);
  switch (node.type) {
    case 'ImportDeclaration':
      return [{ from, kind: node.importKind === 'type' ? 'type' : 'value', line }];
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return [{ from, kind: node.exportKind === 'type' ? 'type' : 'value', line }];
    case 'ImportExpression':
      return [{ from, kind: 'value', line }];
    case 'TSImportType':
      return [{ from, kind: 'type', line }];
    default:
      return [];
  }
}

/** The project path that a relative import means; null for a package. */
export function targetOf(file: SourceFile, { from }: Import): string | null {
  if (!from.startsWith('.')) return null;
  return posix.join(posix.dirname(file.path), from.replace(/\?.*$/, ''));
}
