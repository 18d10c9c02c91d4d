import type { PromiseRules } from '../domain/promises.ts';
import { type Command, optionsOf, siteWith, UsageError } from './command.ts';
import { durationOf, durationText } from './notify.ts';

const switches: Readonly<Record<string, boolean>> = { on: true, off: false };

export const sitePromises: Command = {
  options: 'pk_… [--answer-within TIME] [--remind TIME] [--show-rate on|off]',
  about:
    'Says or changes by when customers are answered who ask while a site is closed, when agents are reminded of\n' +
    '      what they promised, and whether customers see how much of it was kept (docs/promises.md).',
  async run({ store, print }, args) {
    const [first = ''] = args;
    const isPlain = first !== '' && !first.startsWith('-');
    const given = optionsOf(isPlain ? args.slice(1) : args, {
      site: { type: 'string' },
      'answer-within': { type: 'string' },
      remind: { type: 'string' },
      'show-rate': { type: 'string' },
    });
    const site = await siteWith({ store }, isPlain ? first : given.site);
    const { 'answer-within': within, remind, 'show-rate': shown } = given;
    const showsRate = shown === undefined ? site.promises.showsRate : switches[shown];
    if (showsRate === undefined) throw new UsageError(`--show-rate must be on or off, not ${shown}.`);
    const promises: PromiseRules = {
      answerWithinMs:
        within === undefined ? site.promises.answerWithinMs : durationOf(within, 'answer-within'),
      remindMs: remind === undefined ? site.promises.remindMs : durationOf(remind, 'remind'),
      showsRate,
    };
    if ([within, remind, shown].some((value) => value !== undefined))
      await store.sites.save({ ...site, promises });
    print(`At ${site.key} "${site.title}"`);
    print(
      site.hours.everyone === null
        ? '  nobody is promised an answer by a time, as no hours are set ("handrail site hours").'
        : `  who asks while it is closed is promised an answer within ${durationText(promises.answerWithinMs)} of its opening.`,
    );
    print(`  Agents are reminded ${durationText(promises.remindMs)} before a deadline.`);
    print(
      `  Customers ${promises.showsRate ? 'can be shown' : 'are not told'} which share of promises was kept.`,
    );
  },
};
