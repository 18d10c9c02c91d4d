import { describe, expect, test } from 'vitest';
import type { Rule } from './import-rules.ts';
import * as importRules from './import-rules.ts';
import { readSourceTree, sourceFile } from './source-tree.ts';
import * as writingRules from './writing-rules.ts';

const tree = readSourceTree();

/** Each rule with samples that break it: a rule that cannot fail holds nothing. */
const samples: Record<
  string,
  { rule: Rule; bad: readonly Record<string, string>[]; good: Record<string, string> }
> = {
  'data flows in one direction': {
    rule: importRules.direction,
    bad: [
      { 'protocol/a.ts': "import { b } from '../server/b.ts';" },
      { 'server/domain/a.ts': "import type { S } from '../store/store.ts';" },
      { 'server/store/a.ts': "import { x } from '../plugins/x.ts';" },
      { 'server/bots/a.ts': "import { x } from '../features/x/index.ts';" },
      { 'server/plugins/a.ts': "export * from '../bots/x.ts';" },
      { 'server/features/a/index.ts': "import { b } from '../b/index.ts';" },
      { 'widget/a.ts': "import { c } from '../console/c.ts';" },
      { 'widget/a.ts': "const c = import('../server/c.ts');" },
      { 'console/a.ts': "type C = import('../widget/c.ts').C;" },
      { 'browser/a.ts': "import type { C } from '../widget/c.ts';" },
      { 'examples/existing-bot/a.ts': "import type { C } from '../../protocol/bot.ts';" },
    ],
    good: {
      'server/features/a/index.ts': "import { b } from './b.ts'; import { c } from '../../plugins/c.ts';",
      'widget/ui/a.ts': "import { b } from '../core/b.ts'; import { c } from '../../browser/c.ts';",
    },
  },
  'zones use only their packages': {
    rule: importRules.packages,
    bad: [
      { 'server/domain/a.ts': "import { x } from 'typebox';" },
      { 'server/domain/a.ts': "import { x } from 'node:crypto';" },
      { 'widget/a.ts': "import { x } from 'typebox';" },
      { 'console/a.ts': "import { x } from 'node:fs';" },
      { 'protocol/a.ts': "import { x } from 'zod';" },
      { 'examples/existing-bot/a.ts': "import express from 'express';" },
    ],
    good: {
      'widget/a.ts': "import { h } from 'preact/hooks'; import { s } from '@preact/signals';",
      'server/store/a.ts': "import { x } from 'kysely';",
      'examples/existing-bot/a.ts': "import { createServer } from 'node:http';",
    },
  },
  'browsers and the domain take only types from the protocol': {
    rule: importRules.typesOnly,
    bad: [
      { 'widget/a.ts': "import { Fact } from '../protocol/conversation.ts';" },
      { 'console/a.ts': "import { type Fact } from '../protocol/conversation.ts';" },
      { 'browser/a.ts': "export { Fact } from '../protocol/conversation.ts';" },
      { 'widget/a.ts': "import '../protocol/errors.ts';" },
      { 'server/domain/a.ts': "import { protocolVersion } from '../../protocol/version.ts';" },
    ],
    good: {
      'widget/a.ts':
        "import type { Fact } from '../protocol/conversation.ts'; import { protocolVersion } from '../protocol/version.ts';",
      'server/domain/a.ts': "import type { Fact } from '../../protocol/conversation.ts';",
    },
  },
  'only the store speaks SQL': {
    rule: importRules.sqlInStoreOnly,
    bad: [
      { 'server/features/a/index.ts': "import { sql } from 'kysely';" },
      { 'server/plugins/a.ts': "import type { Kysely } from 'kysely/helpers';" },
      { 'server/reads/a.ts': 'const rows = sql`select 1`;' },
    ],
    good: { 'server/store/a.ts': "import { sql } from 'kysely'; const x = sql`select 1`;" },
  },
  'the domain is pure': {
    rule: importRules.pureDomain,
    bad: [
      { 'server/domain/a.ts': 'export const now = () => Date.now();' },
      { 'server/domain/a.ts': 'export const chance = () => Math.random();' },
      { 'server/domain/a.ts': 'export const later = (f: () => void) => setTimeout(f, 1);' },
      { 'server/domain/a.ts': 'export const id = () => crypto.randomUUID();' },
    ],
    good: { 'server/domain/a.ts': 'export const most = (a: number, b: number) => Math.max(a, b);' },
  },
  'relative imports name what is there': {
    rule: importRules.resolved,
    bad: [{ 'server/a.ts': "import { b } from './b.ts';" }, { 'server/a.ts': "import { b } from './b';" }],
    good: { 'server/a.ts': "import { b } from './b.ts';", 'server/b.ts': 'export const b = 1;' },
  },
  'there are no import cycles, types included': {
    rule: importRules.acyclic,
    bad: [
      { 'a.ts': "import type { B } from './b.ts';", 'b.ts': "import type { A } from './a.ts';" },
      {
        'a.ts': "const b = import('./b.ts');",
        'b.ts': "export * from './c.ts';",
        'c.ts': "import './a.ts';",
      },
      { 'a.ts': "import type { A } from './a.ts';" },
    ],
    good: {
      'a.ts': "import './b.ts'; import './c.ts';",
      'b.ts': "import './c.ts';",
      'c.ts': 'export const c = 1;',
    },
  },
  'files are short': {
    rule: writingRules.shortFiles,
    bad: [{ 'server/a.ts': 'export {};\n'.repeat(301) }],
    good: { 'server/a.ts': 'export {};\n'.repeat(300), 'examples/data.json': '\n'.repeat(1_000) },
  },
  'files are named for what they hold': {
    rule: writingRules.fileNames,
    bad: [
      { 'server/utils.ts': '' },
      { 'console/types.ts': '' },
      { 'widget/helpers.tsx': '' },
      { 'server/camelCase.ts': '' },
      { 'server/Pascal.ts': '' },
      { 'widget/snake_case.ts': '' },
    ],
    good: {
      'server/a-b.ts': '',
      'widget/ui/MessageList.tsx': '',
      'test/a/b-c.test.ts': '',
      'x/001-start.ts': '',
    },
  },
  'no check is switched off': {
    rule: writingRules.noSilencing,
    bad: [
      { 'server/a.ts': `// @ts-${'ignore'}\nexport {};` },
      { 'server/a.ts': `// biome-${'ignore'} lint: why\nexport {};` },
      { 'server/a.ts': 'export const a = (b: any) => b;' },
      { 'server/a.ts': 'export const a = <T = any>(b: T) => b;' },
    ],
    good: { 'server/a.ts': "export const any = 'any'; // any comment" },
  },
  'no file names a folder of one machine': {
    rule: writingRules.noMachinePaths,
    bad: [
      { 'server/a.ts': `export const a = '/${'work'}/main';` },
      { 'README.md': `see /${'tmp'}/notes` },
      { 'package.json': `{ "x": "/${'home'}/me" }` },
    ],
    good: { 'server/a.ts': "export const url = 'https://a.example/work/b';" },
  },
  'nothing in a browser makes markup or code out of text': {
    rule: writingRules.noHtmlSinks,
    bad: [
      { 'widget/a.ts': 'el.innerHTML = text;' },
      { 'widget/a.ts': "el['innerHTML'] = text;" },
      { 'console/a.ts': "el.insertAdjacentHTML('beforeend', text);" },
      { 'console/a.ts': 'el.outerHTML += text;' },
      { 'browser/a.ts': 'document.write(text);' },
      { 'browser/a.ts': 'window.document.writeln(text);' },
      { 'widget/a.ts': 'eval(text);' },
      { 'widget/a.ts': 'const run = eval; run(text);' },
      { 'widget/a.ts': 'new Function(text);' },
      { 'console/A.tsx': 'const a = <p dangerouslySetInnerHTML={{ __html: text }} />;' },
      { 'console/a.ts': "h('p', { dangerouslySetInnerHTML: { __html: text } });" },
      { 'examples/plain-html/index.html': '<script>document.body.innerHTML = location.hash</script>' },
      { 'examples/plain-html/index.html': '<button onclick="go()">Go</button>' },
    ],
    good: {
      'widget/a.ts': '// no innerHTML here\nel.textContent = text; stream.write(text);',
      'server/a.ts': 'el.innerHTML = text;',
    },
  },
};

const parse = (sample: Record<string, string>) =>
  Object.entries(sample).map(([path, text]) => sourceFile(path, text));

describe('the tree', () => {
  test('is read: every part of the layout that exists has files', () => {
    const parts = new Set(tree.map(({ path }) => path.split('/', 1)[0]));
    for (const part of ['protocol', 'browser', 'server', 'test', 'scripts']) expect(parts).toContain(part);
    expect(tree.length).toBeGreaterThan(60);
    expect(tree.flatMap((file) => file.imports).length).toBeGreaterThan(200);
    expect(tree.map((file) => file.path)).toContain('server/domain/decide.ts');
  });

  test.each(Object.entries(samples))('%s', (_name, { rule }) => {
    expect(rule(tree)).toEqual([]);
  });
});

describe('each rule can fail', () => {
  const bad = Object.entries(samples).flatMap(([name, { rule, bad }]) =>
    bad.map(
      (sample) => [`${name}: ${Object.values(sample).join(' | ').slice(0, 70)}`, rule, sample] as const,
    ),
  );
  test.each(bad)('%s', (_name, rule, sample) => {
    expect(rule(parse(sample))).not.toEqual([]);
  });
  test.each(Object.entries(samples))('%s: and lets good code pass', (_name, { rule, good }) => {
    expect(rule(parse(good))).toEqual([]);
  });
});
