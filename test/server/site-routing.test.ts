import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Command, UsageError } from '../../server/cli/command.ts';
import { agentSeat, siteRouting } from '../../server/cli/routing.ts';
import { defaultRouting } from '../../server/domain/routing.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { runCommand } from '../support/run-command.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let site: Site;
let agent: Agent;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'page' });
  agent = await server.addAgent(site, 'Ana');
});
afterAll(() => server.close());

async function run(command: Command, args: readonly string[]): Promise<string> {
  return runCommand(server, command, [...args]);
}
const ofSite = (...args: string[]) => run(siteRouting, ['--site', site.key, ...args]);
const ofAgent = (...args: string[]) => run(agentSeat, ['--email', agent.email, ...args]);
const stored = async () => (await server.store.sites.byKey(site.key))?.routing;

test('a site leaves the queue to its agents until it says otherwise', async () => {
  expect(await ofSite()).toContain('agents pick from the queue themselves');
  expect(await stored()).toEqual(defaultRouting);
});

test('what is given is changed, what is not stays', async () => {
  await ofSite('--mode', 'offer', '--offer', '30');
  expect(await ofSite('--after-hours', 'nobody')).toContain('Outside the hours nobody is asked');
  expect(await ofSite('--prefer', 'least-loaded', '--sticky', '0', '--overflow', '60')).toMatch(
    /who has least to do, for 30 s[\s\S]*within 0 s[\s\S]*After 60 s/,
  );
  expect(await stored()).toEqual({
    ...defaultRouting,
    mode: 'offer',
    prefer: 'least_loaded',
    offerMs: 30_000,
    stickyMs: 0,
    afterHours: 'nobody',
    overflowMs: 60_000,
  });
});

test('an agent has four customers of any team and language, until told otherwise; "any" clears a list', async () => {
  expect(await ofAgent()).toMatch(/at once +4[\s\S]*teams +any[\s\S]*languages +any/);
  await ofAgent('--capacity', '2', '--team', 'billing', '--team', 'sales', '--language', 'DE');
  expect(await ofAgent('--team', 'any')).toMatch(/at once +2[\s\S]*teams +any[\s\S]*languages +de/);
});

test.each([
  [siteRouting, ['--mode', 'auto'], /--mode must be manual or offer, not auto/],
  [siteRouting, ['--after-hours', 'all'], /--after-hours must be present or nobody, not all/],
  [siteRouting, ['--prefer', 'oldest'], /must be longest-idle or least-loaded/],
  [siteRouting, ['--offer', '1'], /whole seconds from 5/],
  [siteRouting, ['--sticky', '-1'], /whole seconds from 0/],
  [siteRouting, ['--overflow', ''], /whole seconds/],
  [agentSeat, ['--capacity', '0'], /from 1 to 50/],
  [agentSeat, ['--capacity', 'many'], /from 1 to 50/],
  [agentSeat, ['--team', 'x'.repeat(61)], /1 to 60 letters/],
  [agentSeat, ['--language', 'German'], /a code such as de/],
])('%o %o is refused with what to do instead, and changes nothing', async (command, args, message) => {
  const before = [await stored(), await server.store.routing.seat(agent.id)];
  const who = command === siteRouting ? ['--site', site.key] : ['--email', agent.email];
  const given = args.map((one, at) => (at === 0 ? `${one}=${args[1]}` : one)).slice(0, 1);
  await expect(run(command, [...who, ...given])).rejects.toThrow(message);
  await expect(run(command, [...who, ...given])).rejects.toBeInstanceOf(UsageError);
  expect([await stored(), await server.store.routing.seat(agent.id)]).toEqual(before);
});

test('who is not there is named', async () => {
  await expect(run(siteRouting, ['--site', 'pk_none'])).rejects.toThrow(/No site has the key pk_none/);
  await expect(run(agentSeat, ['--email', 'no@test.example'])).rejects.toThrow(/No agent has the address/);
});
