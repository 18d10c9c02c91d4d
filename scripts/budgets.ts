/**
 * Holds the widget's bundles to their budgets: bytes after brotli at its highest level, as a server or CDN sends
 * them. `--json` prints one object as the last line.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const widget = fileURLToPath(new URL('../dist/widget', import.meta.url));

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(widget, 'manifest.json'), 'utf8'));

const brotliBytes = (file: string) =>
  brotliCompressSync(readFileSync(join(widget, file)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  }).byteLength;

const chunkOf = (key: string): Chunk => {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`the manifest has no ${key}`);
  return chunk;
};

/** The chunk and all that it loads at once. */
function withImports(key: string, found = new Set<string>()): Set<string> {
  if (!found.has(key)) {
    found.add(key);
    for (const imported of chunkOf(key).imports ?? []) withImports(imported, found);
  }
  return found;
}

const sum = (keys: Iterable<string>) =>
  [...keys].reduce((bytes, key) => bytes + brotliBytes(chunkOf(key).file), 0);

const firstOpen = withImports('widget/main.ts');
const lazy = new Set<string>();
for (const key of firstOpen) {
  for (const dynamic of chunkOf(key).dynamicImports ?? []) {
    for (const loaded of withImports(dynamic)) if (!firstOpen.has(loaded)) lazy.add(loaded);
  }
}
const loaderBytes = brotliBytes('handrail.js');
const firstOpenBytes = sum(firstOpen);
const liveBytes = sum(lazy);

const kB = 1_000;
const rows = [
  { what: 'loader', bytes: loaderBytes, budget: 3 * kB },
  { what: 'first open (all but the socket)', bytes: firstOpenBytes, budget: 18 * kB },
  { what: 'live chunk', bytes: liveBytes, budget: 14 * kB },
  { what: 'whole chat', bytes: loaderBytes + firstOpenBytes + liveBytes, budget: 34 * kB },
];
for (const { what, bytes, budget } of rows) {
  const mark = bytes <= budget ? 'ok  ' : 'OVER';
  console.log(`${mark} ${what.padEnd(32)} ${String(bytes).padStart(6)} of ${budget} bytes`);
}
if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify(Object.fromEntries(rows.map(({ what, bytes, budget }) => [what, { bytes, budget }]))),
  );
}
if (rows.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;
