import { webUrl } from '../bots/addresses.ts';
import type { GuidanceRules } from '../domain/guidance.ts';
import type { SiteJudge } from '../store/schema.ts';
import { type Command, needed, noteSiteSaved, optionsOf, siteWith, UsageError } from './command.ts';
import { addressAdvice, contentOf } from './site-bot.ts';

const switches: Readonly<Record<string, boolean>> = { on: true, off: false };

/** @throws UsageError for what is no share between 0 and a fifth: beyond that nothing is guarded any more */
function shareOf(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 0.2)) {
    throw new UsageError(`--false-apply must be a share from 0 to 0.2, such as 0.01, and not ${text}.`);
  }
  return share;
}

const judgeOptions = {
  judge: { type: 'string' },
  'judge-model': { type: 'string' },
  'judge-key': { type: 'string' },
  'judge-band': { type: 'string' },
} as const;
type Given = { readonly [K in keyof typeof judgeOptions]?: string | undefined };

const usualBand = 0.2;

/** The judge that these options describe, with what they leave out as it was. @throws UsageError */
function judgeOf(given: Given, before: SiteJudge | null): SiteJudge | null {
  if (given.judge === 'off') {
    const [extra] = Object.keys(given).filter((name) => name !== 'judge' && given[name as keyof Given]);
    if (extra !== undefined) throw new UsageError(`--judge off takes no --${extra}.`);
    return null;
  }
  const address = given.judge ?? before?.url;
  if (address === undefined) throw new UsageError('--judge is missing: the address of the model, up to /v1.');
  const url = webUrl(address);
  if (typeof url === 'string') throw new UsageError(`--judge ${address} ${url}.`);
  // A key for one address is nobody else's.
  const isSame = address === before?.url;
  const own = given['judge-key'];
  return {
    url: address,
    key: own === undefined ? (isSame ? before.key : '') : contentOf('judge-key', own),
    model: needed(given['judge-model'] ?? before?.model, 'judge-model', 200),
    band: given['judge-band'] === undefined ? (before?.band ?? usualBand) : bandOf(given['judge-band']),
  };
}

/** @throws UsageError */
function bandOf(text: string): number {
  const band = Number(text);
  if (text.trim() !== '' && band >= 0 && band <= 1) return band;
  throw new UsageError(`--judge-band must be a number from 0 to 1, such as ${usualBand}, and not ${text}.`);
}

export const siteGuidance: Command = {
  options:
    'pk_… [--two-people on|off] [--false-apply SHARE]\n' +
    '      [--judge URL|off [--judge-model NAME] [--judge-key TEXT|@FILE] [--judge-band 0.2]]',
  about:
    'Says or changes whether somebody else than the writer has to approve guidance, and how often guidance may\n' +
    '      be applied to a question that it is not for (docs/guidance.md); and which model confirms what is doubtful\n' +
    '      (docs/replay.md).',
  async run({ store, print, config }, args) {
    const [first = ''] = args;
    const isPlain = first !== '' && !first.startsWith('-');
    const given = optionsOf(isPlain ? args.slice(1) : args, {
      site: { type: 'string' },
      'two-people': { type: 'string' },
      'false-apply': { type: 'string' },
      ...judgeOptions,
    });
    const site = await siteWith({ store }, isPlain ? first : given.site);
    const { 'two-people': two, 'false-apply': share } = given;
    const isJudgeGiven = Object.keys(judgeOptions).some((name) => given[name as keyof Given] !== undefined);
    const judge = isJudgeGiven ? judgeOf(given, site.judge) : site.judge;
    const isApprovedByTwo = two === undefined ? site.guidance.isApprovedByTwo : switches[two];
    if (isApprovedByTwo === undefined) throw new UsageError(`--two-people must be on or off, not ${two}.`);
    const falseApply = share === undefined ? site.guidance.falseApply : shareOf(share);
    const guidance: GuidanceRules = { isApprovedByTwo, falseApply };
    if (two !== undefined || share !== undefined) {
      await store.sites.setGuidance(site.id, guidance);
      await noteSiteSaved({ store }, site, 'guidance');
    }
    if (isJudgeGiven) {
      await store.sites.setJudge(site.id, judge);
      await noteSiteSaved({ store }, site, 'guidance');
    }
    print(`At ${site.key} "${site.title}"`);
    print(
      isApprovedByTwo
        ? '  guidance is approved by somebody else than its writer.'
        : '  guidance may be approved by its writer.',
    );
    print(`  Of questions that no guidance is for, at most ${falseApply * 100} % may get one.`);
    if (judge === null) return print('  No model confirms what is doubtful: it is not applied.');
    const withKey = judge.key === '' ? 'without a key' : 'with a key';
    print(
      `  ${judge.model} at ${judge.url} (${withKey}) confirms what is less than ${judge.band} below the threshold.`,
    );
    const advice = await addressAdvice(judge.url, config.outboundAllow);
    if (advice !== null) print(`  ${advice}`);
  },
};
