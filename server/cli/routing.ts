import type { RoutingRules } from '../domain/routing.ts';
import { seatDetail } from '../store/routing.ts';
import { type Command, needed, noteSiteSaved, optionsOf, siteWith, UsageError } from './command.ts';

/** `--name SECONDS` as ms. @throws UsageError with the bounds */
function secondsOf(value: string | undefined, name: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const fits = value !== '' && Number.isInteger(seconds) && seconds >= least && seconds <= 86_400;
  if (!fits) throw new UsageError(`--${name} ${value} must be whole seconds from ${least} to 86400.`);
  return seconds * 1_000;
}

function countOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (value !== '' && Number.isInteger(count) && count >= 0 && count <= 20) return count;
  throw new UsageError(`--away-after ${value} must be a whole number from 0 (never) to 20.`);
}

function choice<T extends string>(
  value: string | undefined,
  name: string,
  choices: Readonly<Record<string, T>>,
) {
  if (value === undefined) return undefined;
  const found = choices[value];
  if (found === undefined)
    throw new UsageError(`--${name} must be ${Object.keys(choices).join(' or ')}, not ${value}.`);
  return found;
}

const preferences = { 'longest-idle': 'longest_idle', 'least-loaded': 'least_loaded' } as const;

const afterHours = { present: 'present', nobody: 'nobody' } as const;

export const siteRouting: Command = {
  options: `--site pk_… [--mode manual|offer] [--offer SECONDS] [--prefer longest-idle|least-loaded]
      [--sticky SECONDS] [--overflow SECONDS] [--away-after OFFERS]
      [--after-hours present|nobody]`,
  about: 'Says or changes how waiting customers come to agents. What is not given stays (docs/routing.md).',
  async run({ store, print }, args) {
    const given = optionsOf(args, {
      site: { type: 'string' },
      mode: { type: 'string' },
      offer: { type: 'string' },
      prefer: { type: 'string' },
      sticky: { type: 'string' },
      overflow: { type: 'string' },
      'away-after': { type: 'string' },
      'after-hours': { type: 'string' },
    });
    const site = await siteWith({ store }, given.site);
    const { routing: before } = site;
    const routing: RoutingRules = {
      ...before,
      mode: choice(given.mode, 'mode', { manual: 'manual', offer: 'offer' }) ?? before.mode,
      prefer: choice(given.prefer, 'prefer', preferences) ?? before.prefer,
      offerMs: secondsOf(given.offer, 'offer', 5) ?? before.offerMs,
      stickyMs: secondsOf(given.sticky, 'sticky', 0) ?? before.stickyMs,
      overflowMs: secondsOf(given.overflow, 'overflow', 0) ?? before.overflowMs,
      afterHours: choice(given['after-hours'], 'after-hours', afterHours) ?? before.afterHours,
      missedOffers: countOf(given['away-after']) ?? before.missedOffers,
    };
    const { site: _key, ...changes } = given;
    if (Object.values(changes).some((value) => value !== undefined)) {
      await store.sites.save({ ...site, routing });
      await noteSiteSaved({ store }, site, 'routing');
    }
    print(`At ${site.key} "${site.title}"`);
    if (routing.mode === 'manual') return print('  agents pick from the queue themselves.');
    const idle = routing.prefer === 'longest_idle' ? 'was without work longest' : 'has least to do';
    print(`  each customer is offered to the agent who ${idle}, for ${routing.offerMs / 1_000} s.`);
    print(`  Who asks again within ${routing.stickyMs / 1_000} s goes to the same agent first.`);
    if (routing.missedOffers > 0)
      print(`  Who lets ${routing.missedOffers} offers in a row pass without a word is set away.`);
    print(`  After ${routing.overflowMs / 1_000} s a team's customers are offered to other teams, too.`);
    const whom = routing.afterHours === 'present' ? 'only who has the console before them' : 'nobody';
    print(`  Outside the hours ${whom} is asked.`);
  },
};

export const agentSeat: Command = {
  options: '--email ADDRESS [--capacity NUMBER] [--team NAME …] [--language CODE …]',
  about: 'Changes which customers are offered to an agent, and how many at once. "any" clears a list.',
  async run({ store, print }, args) {
    const given = optionsOf(args, {
      email: { type: 'string' },
      capacity: { type: 'string' },
      team: { type: 'string', multiple: true },
      language: { type: 'string', multiple: true },
    });
    const email = needed(given.email, 'email', 200).toLowerCase();
    const agent = await store.agents.byEmail(email);
    if (agent === null)
      throw new UsageError(`No agent has the address ${email}; "handrail agent list" shows them.`);
    const capacity = given.capacity === undefined ? undefined : Number(given.capacity);
    if (capacity !== undefined && !(Number.isInteger(capacity) && capacity >= 1 && capacity <= 50))
      throw new UsageError(`--capacity ${given.capacity} must be a whole number from 1 to 50.`);
    const teams = listOf(given.team);
    for (const team of teams ?? [])
      if (team.length === 0 || team.length > 60) throw new UsageError('--team has 1 to 60 letters.');
    const languages = listOf(given.language)?.map((code) => code.toLowerCase());
    for (const code of languages ?? [])
      if (!/^[a-z]{2,3}$/.test(code))
        throw new UsageError(`--language ${code} must be a code such as de or pt.`);
    const changes = {
      ...(capacity === undefined ? {} : { capacity }),
      ...(teams === undefined ? {} : { teams }),
      ...(languages === undefined ? {} : { languages }),
    };
    if (Object.keys(changes).length > 0) {
      await store.routing.setSeat(agent.id, changes);
      const object = { kind: 'agent', id: agent.id } as const;
      await store.auditLog.addByOperator('agent.seat_changed', object, agent.siteIds, seatDetail(changes));
    }
    const seat = await store.routing.seat(agent.id);
    print(`${agent.name} <${email}>`);
    print(`  customers at once  ${seat.capacity}`);
    print(`  teams              ${seat.teams.join(', ') || 'any'}`);
    print(`  languages          ${seat.languages.join(', ') || 'any'}`);
  },
};

const listOf = (values: readonly string[] | undefined) => (values?.includes('any') ? [] : values);
