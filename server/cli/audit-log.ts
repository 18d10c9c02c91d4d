import { AuditAction } from '../../protocol/audit-log.ts';
import type { KeptAuditEntry } from '../store/audit-log.ts';
import { type Command, type CommandContext, needed, optionsOf, UsageError } from './command.ts';

const pageSize = 500;

/** @throws UsageError for what is no day or moment */
function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--${name} ${text} is no day such as 2026-01-31.`);
  return at;
}

/** @throws UsageError for what the log never tells of */
function actionOf(text: string | undefined): AuditAction | undefined {
  if (text === undefined) return undefined;
  const known = AuditAction.anyOf.map((one) => one.const);
  const action = known.find((one) => one === text);
  if (action === undefined) throw new UsageError(`--action ${text} is not one of ${known.join(', ')}.`);
  return action;
}

/** Of one who is gone the id still leads to the entries. */
const agentIdOf = async ({ store }: CommandContext, given: string) =>
  (await store.agents.byEmail(given))?.id ?? given;

export const showAuditLog: Command = {
  options: '[--agent ADDRESS|ID] [--action NAME] [--from DAY] [--until DAY] [--limit NUMBER] [--json]',
  about: 'Prints who read and did what, newest first (docs/roles.md). --json: one entry a line.',
  async run(context, args) {
    const given = optionsOf(args, {
      agent: { type: 'string' },
      action: { type: 'string' },
      from: { type: 'string' },
      until: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    });
    const from = timeOf(given.from, 'from');
    const until = timeOf(given.until, 'until');
    const action = actionOf(given.action);
    const most = Number(given.limit ?? 100);
    if (!Number.isInteger(most) || most < 1) throw new UsageError(`--limit ${given.limit} is no number.`);
    const filter = {
      ...(given.agent === undefined ? {} : { agent: await agentIdOf(context, given.agent) }),
      ...(action === undefined ? {} : { action }),
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
    };
    let left = most;
    let before: number | null = null;
    do {
      const limit = Math.min(left, pageSize);
      const page: { entries: KeptAuditEntry[]; next: number | null } = await context.store.auditLog.page(
        null,
        filter,
        { before, limit },
      );
      for (const entry of page.entries) context.print(given.json === true ? jsonOf(entry) : lineOf(entry));
      left -= page.entries.length;
      before = page.next;
    } while (before !== null && left > 0);
    if (left === most && given.json !== true) context.print('Nothing.');
  },
};

export const trimAuditLog: Command = {
  options: '--before DAY',
  about: 'Removes the entries that are older. That this was done is an entry, and stays.',
  async run({ store, print }, args) {
    const given = optionsOf(args, { before: { type: 'string' } });
    const before = timeOf(needed(given.before, 'before', 40), 'before') ?? 0;
    const now = Date.now();
    if (before > now) throw new UsageError(`--before ${given.before} has not come yet.`);
    print(`${await store.auditLog.trim(before, now)} entries removed`);
  },
};

const jsonOf = ({ at, ...entry }: KeptAuditEntry): string =>
  JSON.stringify({ ...entry, at: new Date(at).toISOString() });

function lineOf({ at, agent, action, object, detail, ip }: KeptAuditEntry): string {
  const who = agent === null ? 'the operator' : agent.name;
  const what = object === null ? '' : `  ${object.kind} ${object.id}`;
  const more = Object.entries(detail).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const where = ip === null ? [] : [`from ${ip}`];
  return inOneLine([new Date(at).toISOString(), who, action + what, ...more, ...where].join('  '));
}

/** Names and searches are anybody's text: they must not look like a line of its own, nor steer the terminal. */
const inOneLine = (text: string): string => text.replace(/\p{Cc}/gu, '\uFFFD');
