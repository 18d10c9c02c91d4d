/**
 * What must be there before anything can run: dependencies, browser bundles, and for tests a Chromium. Plain
 * JavaScript for the Node that is installed (20 or newer), since TypeScript needs the Node 24 that npm brings.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...parts) => join(root, ...parts);

/** A set-up step went wrong in a way that a person can mend; the message says how. */
export class SetupError extends Error {}

/** Environment in which `node`, `tsc` and the like are those of this project. */
export const projectEnv = {
  ...process.env,
  PATH: `${inRoot('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
};

/** The Node that this project runs on: newer than the one that started this script. */
export const projectNode = () =>
  inRoot('node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/** Says what is being done, and afterwards for how long. */
export function step(what, work) {
  const startedAt = performance.now();
  process.stdout.write(`${what} …\n`);
  const result = work();
  process.stdout.write(`  done in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  return result;
}

/**
 * Runs a program in the project's folder and lets it speak.
 * @returns its exit code; 1 if a signal ended it
 */
export function run(command, args, env = projectEnv) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw new SetupError(`${command} could not be run: ${error.message}`);
  return status ?? 1;
}

/** Installs exactly what the lock file names, unless that has been done already. */
export function ensureDependencies() {
  const major = Number(process.versions.node.split('.', 1)[0]);
  if (major < 20) throw new SetupError(`Node 20 or newer is needed; this is ${process.versions.node}.`);
  const wanted = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  const stamp = inRoot('node_modules', '.handrail-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step('Installing dependencies (once; about half a minute)', () => {
    const npm = process.env.npm_execpath;
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const code = npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args);
    if (code !== 0) throw new SetupError('npm ci failed; see above.');
    writeFileSync(stamp, wanted);
  });
}

/** Builds what browsers load, if its sources have changed since. */
export function ensureBundles() {
  const code = run(projectNode(), [inRoot('scripts', 'build.ts'), '--if-changed']);
  if (code !== 0) throw new SetupError('The browser bundles could not be built; see above.');
}

const knownChromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * Finds a Chromium for the browser tests, or installs Debian's when this is root on such a system.
 * @returns its path
 */
export function ensureChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined) {
    if (!isExecutable(given)) throw new SetupError(`CHROMIUM_PATH names ${given}, which cannot be run.`);
    return given;
  }
  const found = knownChromiums.find(isExecutable);
  if (found !== undefined) return found;
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) {
    throw new SetupError('The browser tests need a Chromium: install one, or name it in CHROMIUM_PATH.');
  }
  step('Installing Chromium (once; about a minute)', () => {
    const quiet = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFileSync('apt-get', ['update', '-qq'], quiet);
    execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], quiet);
  });
  return knownChromiums[0];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a script's main function and tells a person what went wrong without a stack trace. */
export function main(work) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
