import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../../scripts/cluster/free-port.ts';
import { settingsHelp } from '../../server/config.ts';
import { eventually } from '../support/eventually.ts';
import { closers, emptyDatabase, emptyFolder } from './backup-stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const settings = new Set(
  settingsHelp()
    .match(/^ {2}[A-Z_]+/gm)
    ?.map((name) => name.trim()),
);
const dockerfile = read('deploy/Dockerfile');
const haproxy = read('deploy/haproxy.cfg');

interface Service {
  readonly image: string;
  readonly environment?: Record<string, string>;
  readonly volumes?: string[];
  readonly ports?: string[];
  readonly build?: { context: string; dockerfile: string };
  readonly ulimits?: { nofile: number };
}
const compose = parse(read('deploy/compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const apps = Object.entries(compose.services).filter(([name]) => name.startsWith('app'));

describe('compose.yaml', () => {
  test('runs two servers with settings that exist, and reaches services that exist', () => {
    expect(apps.map(([name]) => name)).toEqual(['app-1', 'app-2']);
    for (const [, { environment = {} }] of apps) {
      expect(Object.keys(environment).filter((name) => !settings.has(name))).toEqual([]);
      for (const name of ['DATABASE_URL', 'REDIS_URL']) {
        const host = /\/\/(?:.*@)?([\w-]+):/.exec(environment[name]?.replace(/\$\{[^}]*\}/g, 'x') ?? '')?.[1];
        expect(Object.keys(compose.services), `${name} names ${host}`).toContain(host);
      }
    }
  });

  test('mounts and builds from files that exist', () => {
    for (const { volumes = [], build } of Object.values(compose.services)) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(root, 'deploy', source)), source).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      if (build === undefined) continue;
      const context = join(root, 'deploy', build.context);
      expect(existsSync(join(context, build.dockerfile))).toBe(true);
      expect(existsSync(join(context, 'package-lock.json'))).toBe(true);
    }
  });

  test('asks for nothing that .env.example does not name, and nothing is named in vain', () => {
    const asked = [...read('deploy/compose.yaml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    const offered = [...read('deploy/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(new Set(offered)).toEqual(new Set(asked));
  });
});

describe('haproxy.cfg', () => {
  test('leads to the servers of compose.yaml, on the port that they listen on', () => {
    const port = /PORT=(\d+)/.exec(dockerfile)?.[1];
    const servers = [...haproxy.matchAll(/^ {2}server (\S+) (\S+):(\d+)/gm)].map(([, name, host, at]) => [
      name,
      host,
      at,
    ]);
    const expected = apps.map(([name]) => [name, name, port]);
    expect(servers).toEqual([...expected, ...expected]);
    const bound = /bind :(\d+)/.exec(haproxy)?.[1];
    expect(compose.services.balancer?.ports).toEqual([expect.stringMatching(new RegExp(`:${bound}$`))]);
  });

  test('may open two files for each connection that it takes', () => {
    const connections = Number(/maxconn (\d+)/.exec(haproxy)?.[1]);
    expect(compose.services.balancer?.ulimits?.nofile).toBeGreaterThan(connections * 2 + 100);
  });

  const hasHaproxy = spawnSync('haproxy', ['-v']).status === 0;
  test.skipIf(!hasHaproxy)('is taken by HAProxy', () => {
    const { status, stderr } = spawnSync('haproxy', ['-c', '-f', join(root, 'deploy/haproxy.cfg')], {
      encoding: 'utf8',
    });
    // Outside of compose nobody knows the names of the servers; that alone is no fault.
    const faults = stderr
      .split('\n')
      .filter((line) => /ALERT|WARNING/.test(line) && !/could not resolve address/.test(line));
    expect({ status, faults }).toEqual({ status: 0, faults: [] });
  });
});

/** What the last stage of the image is made of: [from, to] within the project. */
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
const copied = [...lastStage.matchAll(/^COPY (?:--from=\w+ )?(\S+) \.\/(\S*)$/gm)].map(
  ([, from = '', to = '']) => [from.replace(/^\/app\//, ''), to === '' ? from : to],
);
/** The words of a command in the last stage. */
const wordsOf = (instruction: RegExp) => JSON.parse(instruction.exec(lastStage)?.[1] ?? '[]') as string[];

describe('the image', () => {
  test('installs every package that the server imports', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const imported = globSync('{server,protocol}/**/*.ts', { cwd: root }).flatMap((path) =>
      [...read(path).matchAll(/(?:from|import) '([^.'][^']*)'/g)].map(([, name = '']) => name),
    );
    const names = imported
      .filter((name) => !name.startsWith('node:'))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect([...new Set(names)].filter((name) => dependencies[name] === undefined)).toEqual([]);
  });

  test('holds all that the server needs, says that it lives, and stops in good order', async () => {
    const folder = await emptyFolder();
    for (const [from = '', to = ''] of copied) {
      if (from === 'node_modules') symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      else cpSync(join(root, from), join(folder, to), { recursive: true });
    }
    const port = String(await freePort());
    const env = { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', LOG_LEVEL: 'info', PORT: port };
    const [program, ...args] = wordsOf(/^CMD (\[.*\])$/m);
    const [probe, ...probing] = wordsOf(/^\s+CMD (\[.*\])$/m);
    expect([program, probe]).toEqual(['node', 'node']);
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...env, DATABASE_URL: await emptyDatabase() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closers.push(async () => child.kill('SIGKILL'));
    let output = '';
    // read to the end: whoever closes a server's output ends its log, and with it the server
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await eventually(() => output).toContain('listening on');
    const url = `http://127.0.0.1:${port}`;
    for (const path of ['/readyz', '/handrail.js', '/demo/', '/demo/page-bot/', '/console/', '/docs/']) {
      expect((await fetch(url + path)).status, path).toBe(200);
    }
    const health = () =>
      new Promise((resolve) => {
        const probed = execFile(process.execPath, probing, { env }, () => resolve(probed.exitCode));
      });
    expect(await health()).toBe(0);
    const ended = once(child, 'exit');
    child.kill(/^STOPSIGNAL (\w+)$/m.exec(lastStage)?.[1] as NodeJS.Signals);
    expect((await ended)[0]).toBe(0);
    expect(await health()).toBe(1);
    const cli = /ln -s \/app\/(\S+) /.exec(lastStage)?.[1] ?? '';
    // as a program of its own: it must be allowed to run
    const help = spawnSync(join(folder, cli), ['--help'], { encoding: 'utf8' });
    expect(help.stdout).toContain('handrail backup FILE');
  });
});
