import type { GuidanceRules } from '../domain/guidance.ts';
import { type Command, needed, noteSiteSaved, optionsOf, UsageError } from './command.ts';

const switches: Readonly<Record<string, boolean>> = { on: true, off: false };

/** @throws UsageError for what is no share between 0 and a fifth: beyond that nothing is guarded any more */
function shareOf(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 0.2)) {
    throw new UsageError(`--false-apply must be a share from 0 to 0.2, such as 0.01, and not ${text}.`);
  }
  return share;
}

export const siteGuidance: Command = {
  options: 'pk_… [--two-people on|off] [--false-apply SHARE]',
  about:
    'Says or changes whether somebody else than the writer has to approve guidance, and how often guidance may\n' +
    '      be applied to a question that it is not for (docs/guidance.md).',
  async run({ store, print }, args) {
    const [first = ''] = args;
    const isPlain = first !== '' && !first.startsWith('-');
    const given = optionsOf(isPlain ? args.slice(1) : args, {
      site: { type: 'string' },
      'two-people': { type: 'string' },
      'false-apply': { type: 'string' },
    });
    const key = needed(isPlain ? first : given.site, 'site', 63);
    const site = await store.sites.byKey(key);
    if (site === null) throw new UsageError(`No site has the key ${key}; "handrail site list" shows them.`);
    const { 'two-people': two, 'false-apply': share } = given;
    const isApprovedByTwo = two === undefined ? site.guidance.isApprovedByTwo : switches[two];
    if (isApprovedByTwo === undefined) throw new UsageError(`--two-people must be on or off, not ${two}.`);
    const falseApply = share === undefined ? site.guidance.falseApply : shareOf(share);
    const guidance: GuidanceRules = { isApprovedByTwo, falseApply };
    if (two !== undefined || share !== undefined) {
      await store.sites.setGuidance(site.id, guidance);
      await noteSiteSaved({ store }, site, 'guidance');
    }
    print(`At ${site.key} "${site.title}"`);
    print(
      isApprovedByTwo
        ? '  guidance is approved by somebody else than its writer.'
        : '  guidance may be approved by its writer.',
    );
    print(`  Of questions that no guidance is for, at most ${falseApply * 100} % may get one.`);
  },
};
