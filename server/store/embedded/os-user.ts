import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { codeOf, EmbeddedPostgresError, messageOf } from './error.ts';

/** The operating system user that PostgreSQL runs as when it cannot run as us. */
export interface OsUser {
  uid: number;
  gid: number;
  name: string;
}

const madeUserName = 'handrail-pg';

/** What became of a short command: `exitCode` is null when it could not be started (then see `errorCode`). */
export interface CommandResult {
  exitCode: number | null;
  errorCode: string;
  output: string;
}

/** Runs a command to its end, as `user` when given. Never throws. */
export async function runCommand(file: string, args: string[], user?: OsUser): Promise<CommandResult> {
  return await new Promise((resolve) => {
    const options = {
      // the caller's folder may be closed to the other user
      cwd: '/',
      env: commandEnv(),
      maxBuffer: 4 * 1024 * 1024,
      ...(user && { uid: user.uid, gid: user.gid }),
    };
    execFile(file, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (!error) resolve({ exitCode: 0, errorCode: '', output });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, errorCode: '', output });
      else resolve({ exitCode: null, errorCode: codeOf(error), output: output || messageOf(error) });
    });
  });
}

/**
 * The environment of PostgreSQL and its helpers: nothing of ours. A stray PGDATA, PGOPTIONS or LC_ALL of the
 * person's shell must not decide how the cluster is made, and no secret of ours belongs in another user's process.
 */
export function commandEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Who PostgreSQL runs as: undefined for "as we do", which is every case but root, as whom it refuses to run.
 * An existing cluster is run by its owner, whatever that one is called on this machine today.
 * @throws EmbeddedPostgresError `user_missing`
 */
export async function findDatabaseUser(clusterDir: string): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await ownerOf(clusterDir);
  if (owner && owner.uid !== 0) return owner;
  const existing = (await lookUp('postgres')) ?? (await lookUp(madeUserName));
  if (existing) return existing;
  const attempts: [string, string[]][] = [
    [
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', madeUserName],
    ],
    ['adduser', ['--system', '--group', '--no-create-home', madeUserName]],
  ];
  const said: string[] = [];
  for (const [file, args] of attempts) {
    const { output } = await runCommand(file, args);
    const made = await lookUp(madeUserName);
    if (made) return made;
    said.push(`${file}: ${output}`);
  }
  throw new EmbeddedPostgresError(
    'user_missing',
    `PostgreSQL refuses to run as root, and no user could be made for it (${said.join('; ')}). ` +
      `Make a system user named "${madeUserName}", or start Handrail as another user than root, ` +
      'or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

async function lookUp(name: string): Promise<OsUser | undefined> {
  const [uid, gid] = await Promise.all([runCommand('id', ['-u', name]), runCommand('id', ['-g', name])]);
  if (uid.exitCode !== 0 || gid.exitCode !== 0) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output), name };
}

async function ownerOf(path: string): Promise<OsUser | undefined> {
  try {
    const { uid, gid } = await stat(path);
    const { exitCode, output } = await runCommand('id', ['-un', String(uid)]);
    return { uid, gid, name: exitCode === 0 ? output : String(uid) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
