import type { FirstTrait } from '../domain/harm.ts';
import { defaultThresholds, type Thresholds } from '../domain/policy/thresholds.ts';
import type { SitePolicy } from '../domain/site-policy.ts';
import type { Topic } from '../domain/topics.ts';
import { wordsOf } from '../domain/words.ts';
import { type Command, noteSiteSaved, optionsOf, siteWith, UsageError } from './command.ts';

const names = Object.keys(defaultThresholds) as (keyof Thresholds)[];
/** Shares of words; the others are counts. */
const shares: readonly (keyof Thresholds)[] = ['sameAnswer', 'sameQuestion'];

/** `downvotes=3`, `sameAnswer=0.8`. @throws UsageError that names what may be set, and to what */
function thresholdOf(text: string): Partial<Thresholds> {
  const [name = '', value = ''] = text.split('=', 2);
  const known = names.find((one) => one === name);
  if (known === undefined) {
    throw new UsageError(`--threshold ${text} must be one of ${names.join(', ')}, then = and a number.`);
  }
  const number = value === '' ? Number.NaN : Number(value);
  const isShare = shares.includes(known);
  const fits = isShare ? number >= 0 && number <= 1 : Number.isInteger(number) && number >= 0 && number <= 8;
  if (!fits) {
    const must = isShare ? 'a share from 0 to 1' : 'a whole number from 0 (never) to 8';
    throw new UsageError(`--threshold ${text} must be ${must}.`);
  }
  return { [known]: number };
}

function oneOf<T extends string>(
  value: string | undefined,
  name: string,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new UsageError(`--${name} must be ${choices.join(' or ')}, not ${value}.`);
  return found;
}

const aboutPromises: Readonly<Record<SitePolicy['promises'], string>> = {
  keep: 'is kept: a person is asked for at once',
  correct: 'is taken back: the customer is told that nobody has been asked',
};

/** `billing=refund,invoice` each; `none` alone clears them. @throws UsageError */
function topicsOf(given: readonly string[] | undefined): readonly Topic[] | undefined {
  if (given === undefined) return undefined;
  if (given.length === 1 && given[0] === 'none') return [];
  if (given.length > 50) throw new UsageError('--topic can be given 50 times at most.');
  return given.map((text) => {
    const [team = '', list = ''] = text.split('=', 2);
    const words = list.split(',').map((word) => word.trim());
    const fits = words.every((word) => wordsOf(word).length > 0 && word.length <= 60) && words.length <= 100;
    if (team.trim() === '' || team.length > 60 || !fits) {
      throw new UsageError(`--topic ${text} must be a team, = and 1 to 100 words with commas between.`);
    }
    return { team: team.trim(), words };
  });
}

/** `plan=enterprise` each; `none` alone clears them. @throws UsageError */
function firstOf(given: readonly string[] | undefined): readonly FirstTrait[] | undefined {
  if (given === undefined) return undefined;
  if (given.length === 1 && given[0] === 'none') return [];
  if (given.length > 20) throw new UsageError('--first can be given 20 times at most.');
  return given.map((text) => {
    const at = text.indexOf('=');
    const [trait, value] = [text.slice(0, at), text.slice(at + 1)];
    if (at < 1 || !/^[A-Za-z][A-Za-z0-9_.-]{0,39}$/.test(trait) || value === '' || value.length > 200) {
      throw new UsageError(`--first ${text} must be a trait, = and its value, such as plan=enterprise.`);
    }
    return { trait, value };
  });
}

export const sitePolicy: Command = {
  options: `--site pk_… [--promises keep|correct] [--bot-while-waiting yes|no]
      [--threshold NAME=NUMBER …] [--topic TEAM=WORD,WORD …] [--first TRAIT=VALUE …]`,
  about: 'Says or changes when a person is brought in at a site. What is not given stays (docs/policy.md).',
  async run({ store, print }, args) {
    const given = optionsOf(args, {
      site: { type: 'string' },
      promises: { type: 'string' },
      'bot-while-waiting': { type: 'string' },
      threshold: { type: 'string', multiple: true },
      topic: { type: 'string', multiple: true },
      first: { type: 'string', multiple: true },
    });
    const site = await siteWith({ store }, given.site);
    const asked = oneOf(given['bot-while-waiting'], 'bot-while-waiting', ['yes', 'no']);
    const policy: SitePolicy = {
      promises: oneOf(given.promises, 'promises', ['keep', 'correct']) ?? site.policy.promises,
      isBotAskedWhileWaiting: asked === undefined ? site.policy.isBotAskedWhileWaiting : asked === 'yes',
      topics: topicsOf(given.topic) ?? site.policy.topics,
      first: firstOf(given.first) ?? site.policy.first,
      thresholds: Object.assign({}, site.policy.thresholds, ...(given.threshold ?? []).map(thresholdOf)),
    };
    const { site: _key, ...changes } = given;
    if (Object.values(changes).some((value) => value !== undefined)) {
      await store.sites.save({ ...site, policy });
      await noteSiteSaved({ store }, site, 'policy');
    }
    print(`At ${site.key} "${site.title}"`);
    print('  a customer who asks for a person gets one, by the button and in words: always.');
    print(`  A bot's promise of a person ${aboutPromises[policy.promises]}.`);
    print(
      `  While the customer waits the bot ${policy.isBotAskedWhileWaiting ? 'goes on answering' : 'is silent'}.`,
    );
    for (const { team, words } of policy.topics)
      print(`  Who speaks of ${words.join(', ')} goes to the team ${team}.`);
    for (const { trait, value } of policy.first)
      print(`  A verified customer whose ${trait} is ${value} goes before others.`);
    print('  A person is suggested by');
    for (const name of names) print(`    ${name.padEnd(16)} ${policy.thresholds[name]}`);
  },
};
