import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Binaries, useYourOwn } from './binaries.ts';
import { codeOf, EmbeddedPostgresError, messageOf } from './error.ts';
import { type OsUser, runCommand } from './os-user.ts';

/**
 * Checks, without changing anything, that PostgreSQL will be able to reach its data and its own program.
 * @param user who PostgreSQL runs as; undefined: as we do
 * @throws EmbeddedPostgresError `data_dir_unreachable`, `install_unreachable`, `platform_unsupported`, `start_failed`
 */
export async function checkReach(
  dataDir: string,
  binaries: Binaries,
  user: OsUser | undefined,
): Promise<void> {
  const dataDirProblem =
    (await directoryProblem(dataDir)) ?? (user ? await foreignReach(dataDir, user) : await ownReach(dataDir));
  const blocked = user && (await firstClosed(ancestorsOf(binaries.nativeDir), user));
  const installProblem =
    user && blocked
      ? `${asRoot(user)}, which cannot enter ${blocked}, on the way to the PostgreSQL binaries in ` +
        `${binaries.nativeDir}. Move the project to a directory that every user can enter, such as /opt/handrail, ` +
        `or run "chmod a+x ${blocked}", or start Handrail as another user than root, or ${useYourOwn}.`
      : undefined;
  if (dataDirProblem) {
    // both at once: nobody should mend the first only to meet the second
    const both = installProblem ? `${dataDirProblem}\nAnd: ${installProblem}` : dataDirProblem;
    throw new EmbeddedPostgresError('data_dir_unreachable', both);
  }
  if (installProblem) throw new EmbeddedPostgresError('install_unreachable', installProblem);
  await checkProgram(binaries, user);
}

/** Runs the program once: the one check that sees closed files, missing libraries and a foreign libc alike. */
async function checkProgram(binaries: Binaries, user: OsUser | undefined): Promise<void> {
  const { exitCode, errorCode, output } = await runCommand(binaries.postgres, ['--version'], user);
  if (exitCode === 0) {
    const timeZones = join(binaries.nativeDir, 'share', 'postgresql', 'postgres.bki');
    if (!user || (await runCommand('/bin/sh', ['-c', 'test -r "$1"', 'sh', timeZones], user)).exitCode === 0)
      return;
  }
  const who = user ? `the user "${user.name}"` : 'this user';
  if (exitCode === 0 || errorCode === 'EACCES' || /Permission denied/i.test(output)) {
    throw new EmbeddedPostgresError(
      'install_unreachable',
      `The PostgreSQL binaries in ${binaries.nativeDir} may not be read or run by ${who}. ` +
        `Run "chmod -R a+rX ${binaries.nativeDir}", or ${useYourOwn}.`,
    );
  }
  if (errorCode === 'ENOENT' && (await doesExist(binaries.postgres))) {
    // the kernel did not find the program's loader: a system without glibc, such as Alpine
    throw new EmbeddedPostgresError(
      'platform_unsupported',
      `The PostgreSQL binaries in node_modules need glibc, which this system does not have. Please ${useYourOwn}.`,
    );
  }
  throw new EmbeddedPostgresError(
    'start_failed',
    `The PostgreSQL in ${binaries.nativeDir} does not run: ${output}. It may be installed in part only ` +
      `(npm without install scripts does that): run "npm rebuild", or ${useYourOwn}.`,
  );
}

async function directoryProblem(dataDir: string): Promise<string | undefined> {
  const existing = await existingPart(dataDir);
  const isFile = await stat(existing).then(
    (found) => !found.isDirectory(),
    // closed to us: ownReach has the words for it
    () => false,
  );
  if (!isFile) return undefined;
  return `${existing} is not a directory, so ${dataDir} cannot be the data directory. Set HANDRAIL_DATA to another one.`;
}

async function foreignReach(dataDir: string, user: OsUser): Promise<string | undefined> {
  const closed = await firstClosed(ancestorsOf(await existingPart(dataDir)), user);
  if (!closed) return undefined;
  return (
    `${asRoot(user)}, which cannot enter ${closed}, on the way to the data directory ${dataDir}. ` +
    'Set HANDRAIL_DATA to a directory that every user can enter, such as /var/lib/handrail ' +
    `(or run "chmod a+x ${closed}", or start Handrail as another user than root, or ${useYourOwn}).`
  );
}

async function ownReach(dataDir: string): Promise<string | undefined> {
  const existing = await existingPart(dataDir);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    const cluster = await stat(join(dataDir, 'postgres')).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    });
    if (cluster && process.getuid && cluster.uid !== process.getuid()) {
      return (
        `The database in ${dataDir} belongs to another user (number ${cluster.uid}): Handrail was started as root ` +
        'or as that user before. Start it that way again, or set HANDRAIL_DATA to another directory.'
      );
    }
    return undefined;
  } catch (error) {
    return `The data directory ${dataDir} cannot be used: ${messageOf(error)}. Set HANDRAIL_DATA to a directory you can write to.`;
  }
}

function asRoot(user: OsUser): string {
  return `PostgreSQL refuses to run as root, so it runs as the user "${user.name}"`;
}

async function firstClosed(paths: string[], user: OsUser): Promise<string | undefined> {
  const script = 'for p; do test -x "$p" || { printf %s "$p"; exit 1; }; done';
  const { exitCode, output } = await runCommand('/bin/sh', ['-c', script, 'sh', ...paths], user);
  return exitCode === 0 ? undefined : output;
}

/** Every folder from the root down to `path` itself. */
function ancestorsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestorsOf(parent), path];
}

async function existingPart(path: string): Promise<string> {
  return (await doesExist(path)) ? path : await existingPart(dirname(path));
}

/** The path without symbolic links, also when its last parts do not exist yet. */
export async function canonicalPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    // absent or closed to us: checkReach has the words for it, on the path as it was given
    if (parent === path || !['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return path;
    return join(await canonicalPath(parent), basename(path));
  }
}

async function doesExist(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    // closed to us is not the same as absent: the later checks name it
    if (codeOf(error) === 'EACCES') return true;
    throw error;
  }
}
