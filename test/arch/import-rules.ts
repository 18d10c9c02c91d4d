import { type Import, type SourceFile, targetOf } from './source-tree.ts';

/** A rule looks at the whole tree and says, one line each, where it is broken. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** Where a file may look: the first zone whose pattern fits its path holds. */
interface Zone {
  readonly files: RegExp;
  readonly mayImport: readonly RegExp[];
  /** Packages besides Node's own; undefined: any. */
  readonly packages?: readonly string[];
  readonly isBrowser?: true;
}

const protocol = /^protocol\//;
const domain = /^server\/domain\//;
const store = /^server\/store\//;
const plugins = /^server\/plugins\//;
const reads = /^server\/reads\//;
const bots = /^server\/bots\//;
const notify = /^server\/notify\//;
const retrieval = /^server\/retrieval\//;
const exported = /^server\/exports\//;
const replay = /^server\/replay\//;
const jsonText = /^server\/json-text\.ts$/;
const lookup = /^server\/plugins\/guidance-lookup\.ts$/;
const browserPackages = ['preact', '@preact/signals', 'socket.io-client', 'streaming-markdown', 'uuidv7'];

/** The direction in which data flows (design: one direction only). */
const zones: readonly Zone[] = [
  { files: protocol, mayImport: [protocol], packages: ['typebox'] },
  { files: domain, mayImport: [domain, protocol], packages: [] },
  { files: store, mayImport: [store, domain, protocol] },
  {
    files: bots,
    mayImport: [bots, /^server\/plugins\/validation\.ts$/, /^server\/store\/schema\.ts$/, domain, protocol],
  },
  { files: notify, mayImport: [notify, bots, store, domain, protocol] },
  { files: retrieval, mayImport: [retrieval, bots, domain, protocol] },
  { files: exported, mayImport: [exported, store, domain, protocol] },
  { files: replay, mayImport: [replay, lookup, jsonText, retrieval, bots, store, domain, protocol] },
  { files: plugins, mayImport: [plugins, store, domain, protocol] },
  { files: reads, mayImport: [reads, plugins, store, domain, protocol] },
  {
    files: /^server\/features\//,
    mayImport: [reads, plugins, bots, notify, retrieval, exported, replay, store, domain, protocol],
  },
  { files: /^server\//, mayImport: [/^server\//, protocol] },
  { files: /^browser\//, mayImport: [/^browser\//, protocol], packages: browserPackages, isBrowser: true },
  {
    files: /^widget\//,
    mayImport: [/^widget\//, /^browser\//, protocol],
    packages: browserPackages,
    isBrowser: true,
  },
  {
    files: /^console\//,
    mayImport: [/^console\//, /^browser\//, protocol],
    packages: [...browserPackages, 'uqr'],
    isBrowser: true,
  },
  // A company's bot knows the documented wire and nothing of our code.
  { files: /^examples\/existing-bot\//, mayImport: [/^examples\/existing-bot\//], packages: ['csv-parse'] },
];

const zoneOf = (path: string) => zones.find((zone) => zone.files.test(path));
const featureOf = (path: string) => /^server\/features\/([^/]+)\//.exec(path)?.[1];
const at = (file: SourceFile, { line, from }: Import) => `${file.path}:${line} imports ${from}`;
const packageOf = (from: string) => from.match(/^(@[^/]+\/[^/]+|[^/]+)/)?.[0] ?? from;

/** Every import keeps to the direction of its zone; features do not know one another. */
export const direction: Rule = (files) =>
  files.flatMap((file) => {
    const zone = zoneOf(file.path);
    if (zone === undefined) return [];
    return file.imports.flatMap((one) => {
      const target = targetOf(file, one);
      if (target === null) return [];
      const feature = featureOf(file.path);
      if (feature !== undefined && featureOf(target) === feature) return [];
      return zone.mayImport.some((allowed) => allowed.test(target)) ? [] : [at(file, one)];
    });
  });

/** Zones that name their packages use no others; only the server side has Node's modules. */
export const packages: Rule = (files) =>
  files.flatMap((file) => {
    const zone = zoneOf(file.path);
    if (zone?.packages === undefined) return [];
    return file.imports.flatMap((one) => {
      if (one.from.startsWith('.')) return [];
      const isNode = one.from.startsWith('node:');
      const isAllowed = isNode ? /^examples\//.test(file.path) : zone.packages?.includes(packageOf(one.from));
      return isAllowed ? [] : [at(file, one)];
    });
  });

/** Browsers and the domain need the wire's types only: a schema would bring its library along. */
export const typesOnly: Rule = (files) =>
  files.flatMap((file) => {
    const zone = zoneOf(file.path);
    const mayHaveVersion = zone?.isBrowser === true;
    if (!mayHaveVersion && zone?.files !== domain) return [];
    return file.imports.flatMap((one) => {
      const target = targetOf(file, one);
      if (one.kind === 'type' || target === null || !protocol.test(target)) return [];
      return mayHaveVersion && target === 'protocol/version.ts' ? [] : [at(file, one)];
    });
  });

/** SQL lives in the store and nowhere else. */
export const sqlInStoreOnly: Rule = (files) =>
  files.flatMap((file) => {
    if (!/^server\//.test(file.path) || store.test(file.path)) return [];
    const imported = file.imports.filter((one) => /^(kysely|pg)(\/|$)/.test(one.from));
    const tagged = file.nodes.filter(
      (node) => node.type === 'TaggedTemplateExpression' && (node.tag as { name?: string }).name === 'sql',
    );
    return [
      ...imported.map((one) => at(file, one)),
      ...tagged.map((node) => `${file.path}:${file.lineOf(node)} holds SQL`),
    ];
  });

/** The same inputs give the same decision: no clock, no chance, no world in the domain. */
export const pureDomain: Rule = (files) =>
  files.flatMap((file) => {
    if (!domain.test(file.path)) return [];
    const worldly = new Set(['Date', 'process', 'globalThis', 'crypto', 'performance', 'fetch', 'console']);
    return file.nodes.flatMap((node) => {
      const isWorld = node.type === 'Identifier' && worldly.has(node.name as string);
      const isChance =
        node.type === 'MemberExpression' &&
        (node.object as { name?: string }).name === 'Math' &&
        (node.property as { name?: string }).name === 'random';
      const isTimer =
        node.type === 'Identifier' &&
        /^(set(Timeout|Interval|Immediate)|queueMicrotask)$/.test(node.name as string);
      return isWorld || isChance || isTimer ? [`${file.path}:${file.lineOf(node)} is not pure`] : [];
    });
  });

/** Every relative import names a file that is there, with its ending. */
export const resolved: Rule = (files) => {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) =>
    file.imports.flatMap((one) => {
      const target = targetOf(file, one);
      if (target === null || known.has(target) || !/\.(ts|tsx|mjs|js)$/.test(target)) {
        return target !== null && !/\.\w+$/.test(target) ? [`${at(file, one)} without an ending`] : [];
      }
      return /(^|\/)dist\//.test(target) ? [] : [`${at(file, one)}, which is not there`];
    }),
  );
};

/** No cycles, types and lazy imports included: each is named once, by its files. */
export const acyclic: Rule = (files) => {
  const known = new Set(files.map((file) => file.path));
  const edges = new Map(
    files.map((file) => {
      const targets = file.imports.map((one) => targetOf(file, one));
      return [file.path, targets.filter((target): target is string => target !== null && known.has(target))];
    }),
  );
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
};
