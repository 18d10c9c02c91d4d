import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ExportContent, ExportFormat } from '../../protocol/exports.ts';
import { FeedbackFilter } from '../../protocol/feedback.ts';
import { atTheBeginning } from '../exports/checkpoint.ts';
import { fits, formats } from '../exports/formats.ts';
import { manifestOf } from '../exports/manifest.ts';
import { runExport } from '../exports/pipeline.ts';
import { bounded, sourceOf } from '../exports/sources.ts';
import { checkOf } from '../plugins/validation.ts';
import { migrate, openDatabase } from '../store/database.ts';
import { createStore, type Store } from '../store/store.ts';
import { createCollector } from './collect-garbage.ts';
import { type Command, needed, optionsOf, type Surroundings, UsageError } from './command.ts';
import { type ExportFile, type Order, openExportFile } from './export-file.ts';
import { withDatabase } from './open-database.ts';
import { number, plural } from './progress.ts';

const names = Object.keys(formats);

/** Exports to a file beside the running server. What is stopped in the middle is gone on with by --resume. */
export const exportToFile: Command<Surroundings> = {
  options:
    '--format FORMAT --out FILE [--content feedback|facts] [--site pk_…] [--from DATE] [--until DATE] [--kind answer|conversation] ' +
    '[--verdict up|down] [--reason …] [--rating 1…5] [--text …] [--with-personal-data] | --out FILE --resume',
  about:
    `Writes feedback, or every fact of every conversation, to FILE, and FILE.manifest.json beside it. Formats: ${names.join(', ')}; ` +
    'of facts csv, jsonl and parquet. E-mail addresses, phone, card and account numbers and keys are replaced, unless ' +
    '--with-personal-data. What was stopped goes on with --resume.',
  async run({ config, print }, args) {
    const given = optionsOf(args, {
      format: { type: 'string' },
      out: { type: 'string' },
      content: { type: 'string', default: 'feedback' },
      site: { type: 'string' },
      from: { type: 'string' },
      until: { type: 'string' },
      kind: { type: 'string' },
      verdict: { type: 'string' },
      reason: { type: 'string' },
      rating: { type: 'string' },
      text: { type: 'string' },
      'with-personal-data': { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
    });
    const path = needed(given.out, 'out', 4_000);
    if (existsSync(path)) throw new UsageError(`${path} is there already.`);
    if (given.resume && given.format !== undefined) {
      throw new UsageError('--resume goes on with what was asked for before: only --out belongs to it.');
    }
    // Not through the server, which alone would take more memory than any export.
    await withDatabase(config, { alone: false, make: false }, async (connection) => {
      const store = createStore(openDatabase(connection, () => undefined));
      try {
        await migrate(store.db);
        const file = openExportFile(path, given.resume ? null : await newOrder(store, given));
        await write(store, print, file).finally(() => file.close());
      } finally {
        await store.close();
      }
    });
  },
};

type Given = Readonly<Record<string, string | boolean | undefined>>;
const textOf = (given: Given, name: string) => (typeof given[name] === 'string' ? given[name] : undefined);

async function newOrder(store: Store, given: Given): Promise<Order> {
  const format = names.find((name) => name === given.format) as ExportFormat | undefined;
  if (format === undefined) throw new UsageError(`--format is one of ${names.join(', ')}.`);
  const content = (['feedback', 'facts'] as const).find(
    (name): name is ExportContent => name === given.content,
  );
  if (content === undefined) throw new UsageError('--content is feedback or facts.');
  const isRedacted = given['with-personal-data'] !== true;
  const asked = { content, format, filter: filterOf(given), isRedacted };
  if (!fits(asked)) {
    throw new UsageError(
      'Facts are written as csv, jsonl or parquet, and narrowed by --from, --until and --site alone.',
    );
  }
  const all = await store.sites.all();
  const key = textOf(given, 'site');
  const sites = key === undefined ? all : all.filter((site) => site.key === key);
  if (sites.length === 0)
    throw new UsageError(key === undefined ? 'There are no sites.' : `No site has the key ${key}.`);
  const ask = bounded(asked, Date.now());
  const order = {
    id: randomUUID(),
    ask,
    siteIds: sites.map(({ id }) => id),
    sites: sites.map((site) => site.key),
  };
  const total = await sourceOf(store, order.siteIds, ask).total();
  // Before the first row leaves: nothing is taken along unrecorded.
  const { filter } = ask;
  const detail = { content, format, redaction: isRedacted ? 'on' : 'off', rows: total, ...filter };
  await store.auditLog.addByOperator(
    'feedback.exported',
    { kind: 'export', id: order.id },
    order.siteIds,
    detail,
  );
  return { ...order, total, madeAt: Date.now() };
}

const check = checkOf(FeedbackFilter);

/** @throws UsageError */
function filterOf(given: Given): FeedbackFilter {
  const fields = ['kind', 'verdict', 'reason', 'text'].map((name) => [name, textOf(given, name)]);
  const times = ['from', 'until'].map((name) => [name, timeOf(name, textOf(given, name))]);
  const rating = given.rating === undefined ? undefined : Number(given.rating);
  const filter = [...fields, ...times, ['rating', rating]].filter(([, value]) => value !== undefined);
  try {
    return check(Object.fromEntries(filter));
  } catch {
    throw new UsageError('The filter is not one: see handrail --help.');
  }
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new UsageError(`--${name} is a date, such as 2030-01-31 or 2030-01-31T08:00Z.`);
  return time;
}

const tellEveryMs = 1_000;
const stepsBetweenCollections = 10;

async function write(store: Store, print: (line: string) => void, file: ExportFile): Promise<void> {
  const { id, ask, siteIds, sites, total, madeAt } = file.order;
  const begunAt = performance.now();
  let now = file.checkpoint;
  if (now !== atTheBeginning) print(`Going on behind row ${number(now.rows)} of ${number(total)}.`);
  let toldAt = begunAt;
  let steps = 0;
  const collect = createCollector();
  for await (const step of runExport(ask, sourceOf(store, siteIds, ask), now)) {
    file.keep(step);
    steps += 1;
    if (steps % stepsBetweenCollections === 0) collect();
    now = step.checkpoint;
    if (performance.now() - toldAt > tellEveryMs) {
      toldAt = performance.now();
      print(`  ${number(now.rows)} of ${plural(total, 'row')}, ${number(Math.round(now.bytes / 1e6))} MB`);
    }
  }
  const manifest = manifestOf({
    id,
    ask,
    file: file.name,
    by: 'operator',
    madeAt,
    sites,
    total,
    checkpoint: now,
  });
  file.finish(manifest);
  const left = Object.values(now.leftOut).reduce((sum, count) => sum + count, 0);
  const seconds = Math.max(1, Math.round((performance.now() - begunAt) / 1_000));
  print(
    `${plural(now.written, 'row')} in ${file.name}` +
      `${left === 0 ? '' : `; ${number(left)} left out, the manifest says why`} (${number(seconds)} s).`,
  );
}
