import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { type Cluster, readIfThere } from './cluster.ts';
import { runCommand } from './os-user.ts';

/** False where the kernel shows processes through `ps` alone (macOS). */
export const hasProc = existsSync('/proc/self/stat');

/**
 * Writes down which process holds the data directory. The advisory lock decides; this note only answers two
 * questions the lock cannot: is the holder of a lock that is about to be freed still alive (a server killed a
 * moment ago), and may a PostgreSQL that answers nobody be stopped (never, while a living server uses it).
 */
export async function writeOwner({ ownerFile }: Cluster): Promise<void> {
  const temporary = `${ownerFile}.${process.pid}`;
  await writeFile(temporary, `${process.pid} ${await startOf(process.pid)}\n`, { mode: 0o644 });
  await rename(temporary, ownerFile);
}

export async function removeOwner(cluster: Cluster): Promise<void> {
  if ((await readOwner(cluster))?.pid === process.pid) await rm(cluster.ownerFile, { force: true });
}

/** The process id of the server that holds the data directory, undefined when that server is no more. */
export async function livingOwner(cluster: Cluster): Promise<number | undefined> {
  const owner = await readOwner(cluster);
  // the start time tells the process from a later one with the same number
  return owner && (await startOf(owner.pid)) === owner.start ? owner.pid : undefined;
}

async function readOwner({ ownerFile }: Cluster): Promise<{ pid: number; start: string } | undefined> {
  const match = /^(\d+) (.+)$/m.exec((await readIfThere(ownerFile)) ?? '');
  return match?.[1] && match[2] ? { pid: Number(match[1]), start: match[2] } : undefined;
}

/** When a process began, in whatever form the system tells it; undefined when there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  if (hasProc) {
    const line = await readIfThere(`/proc/${pid}/stat`).catch(() => undefined);
    // the name, second, may hold spaces and brackets; start is the 22nd field, state the third
    const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields?.[0] === 'Z' ? undefined : fields?.[19];
  }
  const { exitCode, output } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)]);
  return exitCode === 0 && output ? output : undefined;
}
