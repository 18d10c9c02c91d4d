import type { FeedbackRules } from '../../protocol/feedback.ts';
import { type Command, noteSiteSaved, optionsOf, siteWith, UsageError } from './command.ts';

const switches: Readonly<Record<string, boolean>> = { yes: true, no: false };

/** @throws UsageError */
function switchOf(value: string | undefined, name: string): boolean | undefined {
  if (value === undefined) return undefined;
  const is = switches[value];
  if (is === undefined) throw new UsageError(`--${name} must be yes or no, not ${value}.`);
  return is;
}

export const siteFeedback: Command = {
  options: '--site pk_… [--consent TEXT] [--do-not-train yes|no] [--may-choose yes|no]',
  about:
    'Says or changes what stands beside feedback, and whether anything may be learnt from it. --consent "" brings\n' +
    '      our own words back. What is not given stays (docs/feedback.md).',
  async run({ store, print }, args) {
    const given = optionsOf(args, {
      site: { type: 'string' },
      consent: { type: 'string' },
      'do-not-train': { type: 'string' },
      'may-choose': { type: 'string' },
    });
    const site = await siteWith({ store }, given.site);
    const consent = given.consent?.trim() ?? site.feedback.consent;
    if (consent.length > 300) throw new UsageError('--consent is longer than 300 characters.');
    const feedback: FeedbackRules = {
      consent,
      doNotTrain: switchOf(given['do-not-train'], 'do-not-train') ?? site.feedback.doNotTrain,
      mayChoose: switchOf(given['may-choose'], 'may-choose') ?? site.feedback.mayChoose,
    };
    const { site: _key, ...changes } = given;
    if (Object.values(changes).some((value) => value !== undefined)) {
      await store.sites.save({ ...site, feedback });
      await noteSiteSaved({ store }, site, 'feedback');
    }
    print(`At ${site.key} "${site.title}"`);
    print(consent === '' ? '  Beside feedback stand our own words.' : `  Beside feedback stands: ${consent}`);
    print(
      `  Feedback is marked do-not-train ${feedback.doNotTrain ? 'by default' : 'only where it is asked for'}.`,
    );
    print(`  Customers ${feedback.mayChoose ? 'may choose for themselves' : 'are not asked'}.`);
  },
};
