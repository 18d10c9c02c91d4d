import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import type { InvitationMade, PeopleList } from '../../protocol/people.ts';
import type { Site } from '../../server/store/sites.ts';
import type { TestServer } from '../support/server.ts';
import { json } from './requests.ts';

const everyRole: readonly Role[] = ['agent', 'lead', 'product', 'admin'];
const admins: readonly Role[] = ['admin'];

/** Rows of the role matrix, written by hand like the others. */
export const mayCallOfPeople: Readonly<Record<string, readonly Role[]>> = {
  'POST /v1/desk/two-factor/start': everyRole,
  'POST /v1/desk/two-factor/confirm': everyRole,
  'POST /v1/desk/two-factor/end': everyRole,
  'POST /v1/desk/two-factor/codes': everyRole,
  'GET /v1/desk/people': admins,
  'POST /v1/desk/people/invite': admins,
  'POST /v1/desk/people/invite/again': admins,
  'POST /v1/desk/people/invite/withdraw': admins,
  'POST /v1/desk/people/change': admins,
  'POST /v1/desk/people/remove': admins,
};

export interface Caller {
  readonly cookie: string;
}

export const newEmail = () => `${randomUUID()}@acme.example`;

/** What admins and invited people ask of a server, as their browsers do. */
export function createPeopleCalls(server: TestServer) {
  let address = 0;
  const post = (path: string, body: object, { cookie }: Caller = { cookie: '' }) =>
    fetch(
      `${server.url}${path}`,
      json(body, { cookie, origin: server.url, 'x-forwarded-for': `203.0.113.${++address % 250}` }),
    );
  const list = async ({ cookie }: Caller): Promise<PeopleList> => {
    const response = await fetch(`${server.url}/v1/desk/people`, { headers: { cookie } });
    expect(response.status).toBe(200);
    return response.json();
  };
  const inviteTo = (sites: readonly Site[], by: Caller, more: { email?: string; role?: Role } = {}) => {
    const keys = sites.map(({ key }) => key);
    return post(
      '/v1/desk/people/invite',
      { email: newEmail(), name: 'Kim', role: 'agent', sites: keys, ...more },
      by,
    );
  };
  const made = async (response: Response): Promise<InvitationMade & { secret: string }> => {
    const body: InvitationMade = await response.json();
    expect(response.status, JSON.stringify(body)).toBe(200);
    return { ...body, secret: (body.link ?? '').split('#')[1] ?? '' };
  };
  const accept = (secret: string, by?: Caller) => post('/v1/invitations/accept', { secret }, by);
  const meOf = async ({ cookie }: Caller) =>
    (await fetch(`${server.url}/v1/desk/me`, { headers: { cookie } })).json();
  const signedIn = async (response: Response): Promise<Caller> => {
    const { path } = await response.json();
    const came = await fetch(`${server.url}${path}`, { redirect: 'manual' });
    return {
      cookie: came.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';', 1)[0])
        .join('; '),
    };
  };
  const acts = async (site: Site) => {
    const { entries } = await server.store.auditLog.page([site.id], {}, { before: null, limit: 100 });
    return entries.reverse().map(({ action, agent }) => `${action} by ${agent?.name ?? 'operator'}`);
  };
  /** Two sites of their own for a test; Ada is the admin of the first. */
  const stage = async () => {
    const north = await server.addSite({ kind: 'page' }, { title: 'Northcard' });
    const south = await server.addSite({ kind: 'page' }, { title: 'Southbank' });
    return { north, south, ada: await server.addAgent(north, 'Ada', 'admin') };
  };
  return { post, list, inviteTo, made, accept, meOf, signedIn, acts, stage };
}

export type PeopleCalls = ReturnType<typeof createPeopleCalls>;
