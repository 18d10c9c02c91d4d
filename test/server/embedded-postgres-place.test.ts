import { once } from 'node:events';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

import {
  canNobodyRunUs,
  fingerprint,
  isRoot,
  makeFolder,
  needsNobody,
  needsRoot,
  nobody,
  open,
  openElsewhere,
  postmasterPid,
  query,
  recall,
  refusal,
  remember,
} from './embedded-postgres-stage.ts';

describe('the hold on the data directory', () => {
  it.each(['its connection', 'PostgreSQL itself'])('is taken again when %s is killed', async (victim) => {
    const dataDir = join(await makeFolder(), 'data');
    const { promise: isHeldAgain, resolve } = Promise.withResolvers<void>();
    const lines: string[] = [];
    const { connection } = await open({
      dataDir,
      onProgress: (line) => {
        lines.push(line);
        if (line.includes('held again')) resolve();
      },
    });
    const before = await postmasterPid(dataDir);
    if (victim === 'PostgreSQL itself') process.kill(before, 'SIGKILL');
    else {
      const admin = { ...connection, user: 'postgres', database: 'postgres' };
      const byName = `application_name = 'handrail server ${process.pid}'`;
      await query(admin, `select pg_terminate_backend(pid) from pg_stat_activity where ${byName}`);
    }
    await isHeldAgain;
    expect(lines.join('\n')).toContain('broke');
    expect((await openElsewhere(dataDir)).said.code).toBe('data_dir_in_use');
    expect(await query(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('a tool', () => {
  it('joins a running server and leaves it running', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const server = await open({ dataDir });
    const tool = await open({ dataDir, lock: false });
    expect(tool.adopted).toBe(true);
    await remember(tool.connection);
    await tool.stop();
    expect(await recall(server.connection)).toEqual(['still here']);
  });

  it('starts PostgreSQL when no server runs, and the last one out stops it', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const first = await open({ dataDir, lock: false });
    const second = await open({ dataDir, lock: false });
    await remember(first.connection);
    await first.stop();
    expect(await recall(second.connection)).toEqual(['still here']);
    await second.stop();
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('does not keep a server out, nor fails when that server stops PostgreSQL first', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const tool = await open({ dataDir, lock: false });
    const server = await open({ dataDir });
    expect(server.adopted).toBe(true);
    await server.stop();
    await tool.stop();
  });
});

describe('a place where PostgreSQL cannot run', () => {
  it('without binaries for the platform names DATABASE_URL, and nothing is made', async () => {
    const dataDir = join(await makeFolder(), 'data');
    for (const platform of ['sunos', 'win32']) {
      const { code, message } = await refusal({ dataDir }, { platform });
      expect(code).toBe('platform_unsupported');
      expect(message).toContain('DATABASE_URL');
    }
    expect(existsSync(dataDir)).toBe(false);
  });

  it('as a file instead of a directory names HANDRAIL_DATA', async () => {
    const dataDir = join(await makeFolder(), 'data');
    await fs.writeFile(dataDir, 'mine');
    const { code, message } = await refusal({ dataDir });
    expect(code).toBe('data_dir_unreachable');
    expect(message).toContain('HANDRAIL_DATA');
    expect(await fs.readFile(dataDir, 'utf8')).toBe('mine');
  });

  it('as a folder with something else in it is left alone', async () => {
    const dataDir = await makeFolder();
    await fs.mkdir(join(dataDir, 'postgres'));
    await fs.writeFile(join(dataDir, 'postgres', 'diary.txt'), 'mine');
    const { code } = await refusal({ dataDir });
    expect(code).toBe('data_dir_foreign');
    expect(await fs.readdir(dataDir, { recursive: true })).toEqual(['postgres', 'postgres/diary.txt']);
  });

  it('by its settings shows the last lines of the log', async () => {
    const dataDir = join(await makeFolder(), 'data');
    await (await open({ dataDir })).stop();
    await fs.appendFile(join(dataDir, 'postgres', 'postgresql.conf'), "\nwal_level = 'nonsense'\n");
    const { code, message } = await refusal({ dataDir });
    expect(code).toBe('start_failed');
    expect(message).toContain('invalid value for parameter "wal_level"');
  });

  it.skipIf(!isRoot)(
    `behind a closed directory names HANDRAIL_DATA, and nothing is changed${needsRoot}`,
    async () => {
      const home = join(await makeFolder(), 'home');
      await fs.mkdir(join(home, 'data'), { recursive: true });
      await fs.chmod(home, 0o700);
      for (const dataDir of [join(home, 'data'), join(home, 'absent', 'data')]) {
        const before = await fingerprint(home);
        const { code, message } = await refusal({ dataDir });
        expect(code).toBe('data_dir_unreachable');
        expect(message).toContain(`cannot enter ${home},`);
        expect(message).toContain('HANDRAIL_DATA');
        expect(await fingerprint(home)).toEqual(before);
      }
    },
  );

  it.skipIf(!isRoot)(`by an install that its user cannot read says what to do${needsRoot}`, async () => {
    const folder = await makeFolder();
    const nativeDir = join(folder, 'project', 'native');
    await fs.mkdir(nativeDir, { recursive: true });
    await fs.chmod(join(folder, 'project'), 0o700);
    const { code, message } = await refusal({ dataDir: join(folder, 'data') }, { nativeDir });
    expect(code).toBe('install_unreachable');
    expect(message).toContain(join(folder, 'project'));
    expect(message).toContain('DATABASE_URL');
    expect(existsSync(join(folder, 'data'))).toBe(false);

    const both = await refusal({ dataDir: join(folder, 'project', 'data') }, { nativeDir });
    expect(both.code).toBe('data_dir_unreachable');
    expect(both.message).toContain('HANDRAIL_DATA');
    expect(both.message).toContain(nativeDir);
  });

  it('by an install that is not whole says so', async () => {
    const folder = await makeFolder();
    await fs.mkdir(join(folder, 'bin'));
    await fs.writeFile(
      join(folder, 'bin', 'postgres'),
      '#!/bin/sh\necho "libicuuc.so: not found" >&2\nexit 127\n',
      {
        mode: 0o755,
      },
    );
    const { code, message } = await refusal({ dataDir: join(folder, 'data') }, { nativeDir: folder });
    expect(code).toBe('start_failed');
    expect(message).toMatch(/libicuuc\.so: not found[\s\S]*npm rebuild[\s\S]*DATABASE_URL/);
  });
});

describe('another user than root', () => {
  it.skipIf(!canNobodyRunUs)(
    `has PostgreSQL run as that user, also when root comes later${needsNobody}`,
    async () => {
      const folder = await makeFolder();
      await fs.chown(folder, nobody, nobody);
      const { child, said } = await openElsewhere(join(folder, 'data'), nobody);
      if (!said.connection) throw new Error(said.message);
      await remember(said.connection);
      child.stdin.end();
      await once(child, 'exit');
      // a home of its own is closed to others: root must run PostgreSQL as the owner, not as its usual user
      await fs.chmod(folder, 0o700);
      const postgres = await open({ dataDir: join(folder, 'data') });
      expect(await recall(postgres.connection)).toEqual(['still here']);
      expect((await fs.stat(join(folder, 'data', 'postgres'))).uid).toBe(nobody);
    },
  );

  it.skipIf(!canNobodyRunUs)(`is told whose the database is when it is root's${needsNobody}`, async () => {
    const folder = await makeFolder();
    await (await open({ dataDir: folder })).stop();
    await fs.chown(folder, nobody, nobody);
    const { said } = await openElsewhere(folder, nobody);
    expect(said.code).toBe('data_dir_unreachable');
    expect(said.message).toMatch(/belongs to another user[\s\S]*HANDRAIL_DATA/);
  });
});
