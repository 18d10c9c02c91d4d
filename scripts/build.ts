/**
 * Builds what browsers load into `dist/`:
 *
 *   widget/handrail.js         the classic loader that sites embed; its name never changes
 *   widget/handrail.mjs        the same widget for `import`, as a module whose name never changes
 *   widget/sidecar.mjs         what goes beside a chat that a page has already, under a name that never changes
 *   widget/assets/             what both load, named by content
 *   package/                   `import { createHandrail } from 'handrail'`, dependencies left outside
 *   console/                   the agents' app
 *
 * `--if-changed` does nothing when the sources are those of the last build.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build, type InlineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = (...parts: string[]) => join(root, 'dist', ...parts);
const stampFile = dist('.sources');

const shared = {
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
} satisfies InlineConfig;

/** Browsers of the last three years: what the widget relies on (adoptedStyleSheets, :focus-visible, `with`). */
const target = ['chrome110', 'firefox115', 'safari16.4'];

/**
 * What would come along, and never be used: Vite's preloading of stylesheets, a transport that we do not name, what
 * socket.io does for binary data, of which our protocol has none, and its clock for coming back. By the end of the
 * module's path.
 */
const unusedModules: Readonly<Record<string, string>> = {
  '\0vite/preload-helper.js': 'export const __vitePreload = (load) => load();',
  'engine.io-client/build/esm/transports/webtransport.js': 'export const WT = null;',
  'engine.io-parser/build/esm/contrib/base64-arraybuffer.js': 'export const decode = () => null;',
  'engine.io-parser/build/esm/encodePacket.browser.js': `
    import { PACKET_TYPES } from './commons.js';
    export const encodePacket = ({ type, data }, _, give) => give(PACKET_TYPES[type] + (data || ''));
    export const encodePacketToBinary = null;`,
  // When to come back is decided by widget/core/link.ts; socket.io's own reconnection is off.
  'socket.io-client/build/esm/contrib/backo2.js':
    'export class Backoff { reset() {} setMin() {} setMax() {} setJitter() {} }',
  'socket.io-parser/build/esm/is-binary.js':
    'export const isBinary = () => false; export const hasBinary = isBinary;',
  'socket.io-parser/build/esm/binary.js': `
    export const deconstructPacket = (packet) => ({ packet, buffers: [] });
    export const reconstructPacket = (packet) => packet;`,
};
const unused: Plugin = {
  name: 'unused',
  enforce: 'pre',
  load(id) {
    const name = Object.keys(unusedModules).find((module) => id.endsWith(module));
    return name === undefined ? null : unusedModules[name];
  },
};

/** One request for the first open, and one dictionary for its compression: the way in, with all that it needs at once. */
const firstOpen = {
  name: 'attach',
  test: /widget.attach\.ts|node_modules.@?preact/,
  includeDependenciesRecursively: true,
};

async function buildWidget(): Promise<void> {
  await build({
    ...shared,
    // Chunks find one another beside themselves, whatever site has loaded them.
    base: './',
    plugins: [unused],
    build: {
      target,
      outDir: dist('widget'),
      emptyOutDir: true,
      modulePreload: false,
      manifest: 'manifest.json',
      rolldownOptions: {
        // The loader has put its launcher up already: it needs less than a page that imports the widget.
        input: {
          main: join(root, 'widget/main.ts'),
          attach: join(root, 'widget/attach.ts'),
          sidecar: join(root, 'widget/sidecar/chat.ts'),
        },
        preserveEntrySignatures: 'allow-extension',
        // The markdown parser's assertions would speak in the consoles of the pages that embed us.
        treeshake: { manualPureFunctions: ['console.assert'] },
        output: {
          entryFileNames: 'assets/[name]-[hash].js',
          chunkFileNames: 'assets/[name]-[hash].js',
          codeSplitting: { groups: [firstOpen] },
        },
      },
    },
  });
  const manifest: Record<string, { file: string }> = JSON.parse(
    readFileSync(dist('widget', 'manifest.json'), 'utf8'),
  );
  const built = (entry: string) => {
    const file = manifest[entry]?.file;
    if (file === undefined) throw new Error(`the build names no file for ${entry}`);
    return file;
  };
  writeFileSync(dist('widget', 'handrail.mjs'), `export * from './${built('widget/main.ts')}';\n`);
  await build({
    ...shared,
    define: { __HANDRAIL_MAIN__: JSON.stringify(built('widget/attach.ts')) },
    build: {
      target,
      outDir: dist('widget'),
      emptyOutDir: false,
      lib: {
        entry: join(root, 'widget/loader.ts'),
        formats: ['iife'],
        name: 'handrailLoader',
        fileName: () => 'handrail.js',
      },
    },
  });
  await build({
    ...shared,
    define: { __HANDRAIL_SIDECAR__: JSON.stringify(built('widget/sidecar/chat.ts')) },
    build: {
      target,
      outDir: dist('widget'),
      emptyOutDir: false,
      // Not as a library: its whitespace would stay.
      rolldownOptions: {
        input: join(root, 'widget/sidecar/served.ts'),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'sidecar.mjs' },
      },
    },
  });
}

async function buildPackage(): Promise<void> {
  await build({
    ...shared,
    build: {
      target,
      outDir: dist('package'),
      emptyOutDir: true,
      minify: false,
      lib: {
        entry: {
          handrail: join(root, 'widget/main.ts'),
          element: join(root, 'widget/element.ts'),
          sidecar: join(root, 'widget/sidecar.ts'),
        },
        formats: ['es'],
      },
      rolldownOptions: { external: [/^preact/, /^@preact\//, 'socket.io-client', 'streaming-markdown'] },
    },
  });
}

async function buildConsole(): Promise<void> {
  await build({
    ...shared,
    root: join(root, 'console'),
    base: '/console/',
    build: { target, outDir: dist('console'), emptyOutDir: true, modulePreload: false, assetsInlineLimit: 0 },
  });
  // By itself, and under a name that never changes: browsers ask for it again where they have found it once.
  await build({
    ...shared,
    build: {
      target,
      outDir: dist('console'),
      emptyOutDir: false,
      lib: {
        entry: join(root, 'console/service-worker.ts'),
        formats: ['iife'],
        name: 'handrailServiceWorker',
        fileName: () => 'service-worker.js',
      },
    },
  });
}

/** Puts a brotli form beside each script and stylesheet, so that serving one costs no time. */
function compress(folder: string): void {
  for (const file of globSync('**/*.{js,mjs,css}', { cwd: folder })) {
    const path = join(folder, file);
    writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
  }
}

/** A fingerprint of everything that the bundles are made from. */
function fingerprint(): string {
  const folders = ['browser', 'console', 'protocol', 'widget'].map((folder) => `${folder}/**/*.*`);
  const files = globSync([...folders, 'scripts/build.ts', 'package-lock.json', 'tsconfig.json'], {
    cwd: root,
  });
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const wanted = fingerprint();
const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
if (!process.argv.includes('--if-changed') || !isCurrent) {
  const startedAt = performance.now();
  console.log('Building the browser bundles …');
  await buildWidget();
  await buildPackage();
  await buildConsole();
  compress(dist('widget'));
  compress(dist('console', 'assets'));
  writeFileSync(stampFile, wanted);
  console.log(`  done in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}
