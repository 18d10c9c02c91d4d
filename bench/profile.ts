import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { table } from './statistics.ts';

/** From when to when, in microseconds of the monotonic clock. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What V8's sampling profiler writes, as far as it is read here (Chrome DevTools Protocol, Profiler.Profile). */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Monotonic clock, microseconds. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Time since the sample before, microseconds. */
  readonly timeDeltas: readonly number[];
}

/** The clock that V8 stamps its samples with (monotonic), in microseconds. */
export const nowUs = () => Number(process.hrtime.bigint() / 1_000n);

const shownFunctions = 45;
const shownParts = 20;
const root = new URL('..', import.meta.url).href;

/** Has a process write a CPU profile when it ends, into a folder of its own that is removed once it is read. */
export function openProfile() {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-profile-'));
  return {
    nodeOptions: ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', folder],
    /** Prints where the time within each of the named spans went: by function (its own time, not its callees') and by part. */
    print(named: Readonly<Record<string, readonly Span[]>>, print: (line: string) => void): void {
      try {
        const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
        if (files.length === 0) throw new Error('the server wrote no profile');
        for (const file of files) {
          const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
          for (const [name, spans] of Object.entries(named)) printProfile(profile, name, spans, print);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function printProfile(
  profile: CpuProfile,
  name: string,
  spans: readonly Span[],
  print: (line: string) => void,
): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const byFunction = new Map<string, number>();
  const byPart = new Map<string, number>();
  const add = (to: Map<string, number>, key: string, us: number) => to.set(key, (to.get(key) ?? 0) + us);
  let total = 0;
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[index] ?? 0;
    at += us;
    const frame = nodes.get(id);
    if (frame === undefined || !spans.some(({ fromUs, toUs }) => at >= fromUs && at < toUs)) continue;
    total += us;
    const { functionName, url, lineNumber } = frame;
    const place = placeOf(url);
    add(
      byFunction,
      `${functionName || '(anonymous)'}  ${place}${url === '' ? '' : `:${lineNumber + 1}`}`,
      us,
    );
    add(byPart, place === '' ? functionName : partOf(place), us);
  }
  if (total === 0) throw new Error('no sample of the profile falls into the measured time');
  const rows = (from: Map<string, number>, most: number) =>
    [...from]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, us]) => [name, `${((us / total) * 100).toFixed(1)}%`]);
  print(`\nProfile of ${(total / 1e6).toFixed(1)} s: ${name}`);
  print(`\n${table(['part', 'time'], rows(byPart, shownParts))}`);
  print(`\n${table(['function, own time', 'time'], rows(byFunction, shownFunctions))}`);
}

/** Path from the project's root. */
const placeOf = (url: string) => {
  const href = url.startsWith('/') ? pathToFileURL(url).href : url;
  return href.startsWith(root) ? href.slice(root.length) : href;
};

/** The package, or the folder of our own code, or Node's module. */
const partOf = (place: string) =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1] ??
  (place.startsWith('node:') ? place : place.split('/').slice(0, 2).join('/'));
