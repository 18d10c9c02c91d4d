import { randomBytes, randomUUID } from 'node:crypto';
import { createAddressRule, refusedAddress } from '../bots/addresses.ts';
import { createOutbound } from '../bots/outbound.ts';
import type { NotifyChannel, NotifyPlan, NotifyStep } from '../domain/notify-plan.ts';
import { openChannels } from '../notify/channels.ts';
import { deliver } from '../notify/deliver.ts';
import {
  type Command,
  type CommandContext,
  noteSiteSaved,
  optionsOf,
  siteWith,
  UsageError,
} from './command.ts';

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const longestMs = 24 * 3_600_000;

/** `60s`, `10m`, `1h`, `500ms`. @throws UsageError */
export function durationOf(text: string, name: string): number {
  const [, number = '', unit = ''] = /^(\d{1,7})(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? Number.NaN);
  if (number === '' || ms > longestMs) {
    throw new UsageError(`--${name} ${text} must be a time such as 30s, 10m or 2h, 24h at most.`);
  }
  return ms;
}

export function durationText(ms: number): string {
  const [unit, size] = Object.entries(units).findLast(([, size]) => ms % size === 0) ?? ['ms', 1];
  return ms === 0 ? '0s' : `${ms / size}${unit}`;
}

const options = {
  site: { type: 'string' },
  'push-after': { type: 'string' },
  'email-after': { type: 'string' },
  'email-to': { type: 'string', multiple: true },
  webhook: { type: 'string' },
  'webhook-after': { type: 'string' },
  'webhook-secret': { type: 'string' },
  slack: { type: 'boolean' },
  'repeat-every': { type: 'string' },
  'repeat-times': { type: 'string' },
  topic: { type: 'string' },
} as const;
type Given = ReturnType<typeof optionsOf<typeof options>>;

const stepOf = <C extends NotifyChannel>({ steps }: NotifyPlan, channel: C) =>
  steps.find((step): step is Extract<NotifyStep, { channel: C }> => step.channel === channel);

function pushStep(plan: NotifyPlan, given: Given): NotifyStep | undefined {
  const after = given['push-after'];
  if (after === undefined) return stepOf(plan, 'push');
  return after === 'off' ? undefined : { channel: 'push', afterMs: durationOf(after, 'push-after') };
}

/** One without a comma, a bracket or a line break, which would make several of it. @throws UsageError */
function addressOf(text: string): string {
  if (!/^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(text))
    throw new UsageError(`--email-to ${text} is no e-mail address.`);
  return text;
}

function emailStep(plan: NotifyPlan, given: Given): NotifyStep | undefined {
  const { 'email-after': after, 'email-to': to } = given;
  const before = stepOf(plan, 'email');
  if (after === 'off') return undefined;
  if (after === undefined && to === undefined) return before;
  if (to !== undefined && to.length > 20)
    throw new UsageError('--email-to can be given twenty times at most.');
  const isAgents = to?.length === 1 && to[0] === 'agents';
  return {
    channel: 'email',
    afterMs: after === undefined ? (before?.afterMs ?? 60_000) : durationOf(after, 'email-after'),
    to: to === undefined ? (before?.to ?? 'agents') : isAgents ? 'agents' : to.map(addressOf),
  };
}

function webhookStep(plan: NotifyPlan, given: Given): NotifyStep | undefined {
  const { webhook: url, 'webhook-after': after, 'webhook-secret': secret, slack } = given;
  const before = stepOf(plan, 'webhook');
  if (after === 'off') return undefined;
  if (url === undefined && before === undefined) {
    if (after === undefined && secret === undefined && slack === undefined) return undefined;
    throw new UsageError('--webhook URL is missing.');
  }
  const address = url ?? before?.url ?? '';
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol) || address.length > 2_000) {
    throw new UsageError(`--webhook ${address} must be an http or https address.`);
  }
  if (secret !== undefined && secret.length < 16) {
    throw new UsageError('--webhook-secret must have 16 characters or more; leave it out to have one made.');
  }
  const style = slack === undefined ? (url === undefined ? before?.style : 'json') : 'slack';
  return {
    channel: 'webhook',
    afterMs: after === undefined ? (before?.afterMs ?? 0) : durationOf(after, 'webhook-after'),
    url: address,
    style: style ?? 'json',
    secret: secret ?? before?.secret ?? randomBytes(32).toString('hex'),
  };
}

function timesOf(text: string): number {
  if (!/^\d{1,3}$/.test(text))
    throw new UsageError(`--repeat-times ${text} must be a whole number up to 999.`);
  return Number(text);
}

function topicOf(text: string): boolean {
  if (text !== 'show' && text !== 'hide') throw new UsageError(`--topic ${text} must be show or hide.`);
  return text === 'show';
}

function planOf(before: NotifyPlan, given: Given): NotifyPlan {
  const steps = [pushStep(before, given), emailStep(before, given), webhookStep(before, given)];
  const { 'repeat-every': every, 'repeat-times': times, topic } = given;
  const repeatMs = every === undefined ? before.repeatMs : durationOf(every, 'repeat-every');
  // Nobody wants to be told more often, and a round has its tries.
  if (repeatMs < 1_000) throw new UsageError('--repeat-every must be 1s or more.');
  return {
    steps: steps.filter((step) => step !== undefined),
    repeatMs,
    repeats: times === undefined ? before.repeats : timesOf(times),
    showsTopic: topic === undefined ? before.showsTopic : topicOf(topic),
  };
}

/** Lines that say what a site does, in the words of the options. */
function aboutPlan(
  { steps, repeatMs, repeats, showsTopic }: NotifyPlan,
  { config }: CommandContext,
): string[] {
  const about = (step: NotifyStep) => {
    const after = `after ${durationText(step.afterMs)}`;
    if (step.channel === 'push') return `${after}  push to the agents' devices`;
    if (step.channel === 'webhook') {
      const how = step.style === 'slack' ? 'for Slack' : `signed with the secret ${step.secret}`;
      return `${after}  webhook ${step.url}, ${how}`;
    }
    const to = step.to === 'agents' ? 'the agents' : step.to.join(', ');
    return `${after}  e-mail to ${to}${config.smtpUrl === null ? ' (not sent: SMTP_URL is not set here)' : ''}`;
  };
  if (steps.length === 0) return ['Nobody is told; agents must look at their consoles.'];
  const again = repeats === 0 ? 'once' : `again every ${durationText(repeatMs)}, ${repeats} times at most`;
  return [
    ...[...steps].sort((a, b) => a.afterMs - b.afterMs).map(about),
    `${again}, until somebody accepts; the customer's question is ${showsTopic ? 'shown' : 'kept out'}`,
  ];
}

export const siteNotify: Command = {
  options: `--site pk_… [--push-after TIME|off] [--email-after TIME|off] [--email-to agents|ADDRESS …]
      [--webhook URL [--slack] [--webhook-secret TEXT]] [--webhook-after TIME|off]
      [--repeat-every TIME] [--repeat-times NUMBER] [--topic show|hide]`,
  about:
    'Says or changes how agents of a site learn of a customer who waits. What is not given stays. TIME: 30s, 10m, 1h.',
  async run(context, args) {
    const { site: key, ...given } = optionsOf(args, options);
    const site = await siteWith(context, key);
    const isChanged = Object.values(given).some((value) => value !== undefined);
    const plan = isChanged ? planOf(site.notify, { site: key, ...given }) : site.notify;
    if (isChanged) {
      await context.store.sites.setNotify(site.id, plan);
      await noteSiteSaved(context, site, 'notify');
    }
    context.print(`When a customer waits at ${site.key} "${site.title}":`);
    for (const line of aboutPlan(plan, context)) context.print(`  ${line}`);
    const url = stepOf(plan, 'webhook')?.url;
    const mayCall = createAddressRule(context.config.outboundAllow);
    const refused = url === undefined ? null : await refusedAddress(new URL(url), mayCall);
    if (refused !== null) {
      context.print(
        `  The webhook leads to ${refused}, which is not a public address: it will not be called.`,
      );
      context.print(`  Start the server with OUTBOUND_ALLOW=${refused} if that is meant.`);
    }
  },
};

export const notifyTest: Command = {
  options: '--site pk_…',
  about: 'Sends a test through each channel of a site and says what came of it.',
  async run(context, args) {
    const { site: key } = optionsOf(args, { site: { type: 'string' } });
    const site = await siteWith(context, key);
    const { config, store, print } = context;
    const call = createOutbound({ allowPrivate: config.outboundAllow });
    const channels = await openChannels(config, store, call);
    const now = Date.now();
    let failed = 0;
    try {
      if (site.notify.steps.length === 0)
        print('This site tells nobody; "handrail site notify" changes that.');
      for (const step of site.notify.steps) {
        const notice = {
          id: randomUUID(),
          attempt: 1,
          conversationId: randomUUID(),
          site: { key: site.key, title: site.title },
          topic: null,
          since: now,
          waitedMs: 0,
          place: 1,
          url: `${config.publicUrl ?? `http://localhost:${config.port}`}/console/`,
          isTest: true,
        };
        const what = await deliver(channels, site.id, step, notice, AbortSignal.timeout(30_000)).then(
          outcome,
          (error: unknown) => {
            failed += 1;
            return `failed: ${error instanceof Error ? error.message : String(error)}`;
          },
        );
        print(`${step.channel}: ${what}`);
      }
    } finally {
      channels.close();
      await call.close();
    }
    if (failed > 0)
      throw new NotifyTestError(`${failed} of ${site.notify.steps.length} did not get through.`);
  },
};

/** Some channel failed; said by the exit code as well. */
class NotifyTestError extends Error {
  readonly code = 'notify_failed';
}

const outcome = ({ result, count }: Awaited<ReturnType<typeof deliver>>): string => {
  if (result === 'off') return 'not sent: SMTP_URL is not set';
  if (result === 'nobody') return 'not sent: there is nobody to send it to';
  return `sent (${count})`;
};
