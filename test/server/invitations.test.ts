import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { InvitationMade } from '../../protocol/people.ts';
import { agentTwoFactorOff, inviteAgent } from '../../server/cli/people.ts';
import { readConfig } from '../../server/config.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createPeopleCalls, newEmail, type PeopleCalls } from './people-stage.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';

let server: TestServer;
let people: PeopleCalls;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, trustProxy: 1 });
  people = createPeopleCalls(server);
});
afterAll(() => server.close());

describe('an invitation', () => {
  test('is a link that makes the account, once, and signs it in', async () => {
    const { north, ada } = await people.stage();
    const { invitation, link, secret } = await people.made(
      await people.inviteTo([north], ada, { role: 'lead' }),
    );
    expect(link).toBe(`${server.url}/console/invitation#${secret}`);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(invitation).toMatchObject({ role: 'lead', sites: [{ key: north.key, name: 'Northcard' }] });
    expect(invitation.expiresAt - invitation.createdAt).toBe(7 * 86_400_000);
    const [row] = await inDatabase(server.databaseUrl, 'select * from invitations where id = $1', [
      invitation.id,
    ]);
    expect(row.secret_hash).toEqual(createHash('sha256').update(secret).digest());
    expect((await people.list(ada)).invitations).toEqual([invitation]);

    const shown = await people.post('/v1/invitations/look', { secret });
    expect(await shown.json()).toMatchObject({ email: invitation.email, name: 'Kim', sites: ['Northcard'] });
    const kim = await people.signedIn(await people.accept(secret));
    expect(await people.meOf(kim)).toMatchObject({
      email: invitation.email,
      role: 'lead',
      hasPassword: false,
      sites: [{ key: north.key }],
    });
    await expectProblem(await people.accept(secret), 'invitation_gone');
    expect((await people.list(ada)).invitations).toEqual([]);
    expect(await people.acts(north)).toEqual([
      'agent.added by operator',
      'agent.signed_in by Ada',
      'invitation.made by Ada',
      'agent.added by Ada',
      'invitation.accepted by Kim',
      'agent.signed_in by Kim',
    ]);
  });

  test('from another machine is refused until the server knows its own address, and nothing is kept', async () => {
    const { north, ada } = await people.stage();
    const email = newEmail();
    const body = { email, name: 'Kim', role: 'agent', sites: [north.key] };
    const status = await new Promise<string>((resolve, reject) => {
      const sent = request(
        `${server.url}/v1/desk/people/invite`,
        {
          method: 'POST',
          headers: { host: 'help.acme.example', cookie: ada.cookie, 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.on('data', (part) => {
            text += part;
          });
          response.on('end', () => resolve(`${response.statusCode} ${JSON.parse(text).code}`));
        },
      );
      sent.on('error', reject).end(JSON.stringify(body));
    });
    expect(status).toBe('409 public_url_needed');
    expect((await people.list(ada)).invitations).toEqual([]);
  });

  test('is not used up where the link that signs in cannot be made', async () => {
    const { north, ada } = await people.stage();
    const { secret } = await people.made(await people.inviteTo([north], ada));
    // A name of this machine that nobody has said is ours.
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: 'help.lan', 'content-type': 'application/json' };
      const sent = request(`${server.url}/v1/invitations/accept`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ secret }));
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect((await people.post('/v1/invitations/look', { secret })).status).toBe(200);
    const kim = await people.signedIn(await people.accept(secret));
    expect(await people.meOf(kim)).toMatchObject({ name: 'Kim' });
  });

  test('is accepted once, however many do it at the same moment', async () => {
    const { north, ada } = await people.stage();
    const { secret } = await people.made(await people.inviteTo([north], ada));
    const answers = await Promise.all([1, 2, 3, 4].map(() => people.accept(secret)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
  });

  test('opens nothing once it is withdrawn, made anew or too old; all are answered alike', async () => {
    const { north, ada } = await people.stage();
    const withdrawn = await people.made(await people.inviteTo([north], ada));
    expect(
      (await people.post('/v1/desk/people/invite/withdraw', { id: withdrawn.invitation.id }, ada)).status,
    ).toBe(204);
    const renewed = await people.made(await people.inviteTo([north], ada));
    const again = await people.made(
      await people.post('/v1/desk/people/invite/again', { id: renewed.invitation.id }, ada),
    );
    expect(again.secret).not.toBe(renewed.secret);
    const old = await people.made(await people.inviteTo([north], ada));
    await inDatabase(server.databaseUrl, 'update invitations set expires_at = $2 where id = $1', [
      old.invitation.id,
      Date.now() - 1,
    ]);
    for (const secret of [withdrawn.secret, renewed.secret, old.secret, 'x'.repeat(43)]) {
      await expectProblem(await people.accept(secret), 'invitation_gone');
      await expectProblem(await people.post('/v1/invitations/look', { secret }), 'invitation_gone');
    }
    expect((await people.accept(again.secret)).status).toBe(200);
  });

  test('is made once for an address, and not for who is there; of other sites nothing is told', async () => {
    const { north, south, ada } = await people.stage();
    const email = newEmail();
    await people.made(await people.inviteTo([north], ada, { email }));
    await expectProblem(await people.inviteTo([north], ada, { email: email.toUpperCase() }), 'already_there');
    await expectProblem(await people.inviteTo([north], ada, { email: ada.email }), 'already_there');
    const sam = await server.addAgent(south, 'Sam', 'admin');
    const known = await people.made(await people.inviteTo([north], ada, { email: sam.email }));
    expect(known.link, 'looks like any other').not.toBeNull();
  });

  test('to an account of other sites is no way into it: who has it signs in first, and keeps their role', async () => {
    const { north, south, ada } = await people.stage();
    const sam = await server.addAgent(south, 'Sam', 'agent');
    const { secret } = await people.made(await people.inviteTo([north], ada, { email: sam.email }));
    await expectProblem(await people.accept(secret), 'sign_in_first');
    await expectProblem(await people.accept(secret, ada), 'sign_in_first');
    const accepted = await people.accept(secret, sam);
    expect(await accepted.json()).toEqual({ path: '/console/' });
    expect((await people.meOf(sam)).sites.map(({ key }: { key: string }) => key).sort()).toEqual(
      [north.key, south.key].sort(),
    );
    const max = await server.addAgent(south, 'Max', 'agent');
    const asAdmin = await people.made(
      await people.inviteTo([north], ada, { email: max.email, role: 'admin' }),
    );
    await expectProblem(await people.accept(asAdmin.secret, max), 'role_differs');
    expect((await people.meOf(max)).role).toBe('agent');
  });

  test('concerns only sites of the admin’s own', async () => {
    const { north, south, ada } = await people.stage();
    await expectProblem(await people.inviteTo([south], ada), 'not_found');
    const both = await server.store.agents.add({
      name: 'Bo',
      email: newEmail(),
      role: 'admin',
      siteIds: [north.id, south.id],
    });
    const bo = { cookie: await server.signIn(both) };
    const { invitation } = await people.made(await people.inviteTo([north, south], bo));
    const [seen] = (await people.list(ada)).invitations;
    expect(seen).toMatchObject({ id: invitation.id, isElsewhere: true, sites: [{ key: north.key }] });
    for (const path of ['again', 'withdraw']) {
      await expectProblem(
        await people.post(`/v1/desk/people/invite/${path}`, { id: invitation.id }, ada),
        'not_only_yours',
      );
    }
  });

  test('is slowed down, for who makes them and for who tries links', async () => {
    const { north, ada } = await people.stage();
    const tries = Array.from({ length: 31 }, () =>
      fetch(
        `${server.url}/v1/invitations/look`,
        json({ secret: 'y'.repeat(43) }, { 'x-forwarded-for': '198.51.100.7' }),
      ),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    const { invitation } = await people.made(await people.inviteTo([north], ada));
    for (let n = 0; n < 59; n += 1) {
      await people.post('/v1/desk/people/invite/again', { id: invitation.id }, ada);
    }
    await expectProblem(
      await people.post('/v1/desk/people/invite/again', { id: invitation.id }, ada),
      'rate_limited',
    );
  });
});

test('is made, and two-factor turned off, by the operator as well', async () => {
  const { north, ada } = await people.stage();
  const lines: string[] = [];
  const context = {
    store: server.store,
    config: { ...readConfig({}), publicUrl: server.url },
    log: pino({ level: 'silent' }),
    print: (line: string) => void lines.push(line),
  };
  const args = ['--name', 'Kim', '--email', 'Kim@acme.example', '--site', north.key, '--role', 'product'];
  await inviteAgent.run(context, args);
  const secret = /#([\w-]{43})$/.exec(lines.at(-1) ?? '')?.[1] ?? '';
  const kim = await people.signedIn(await people.accept(secret));
  expect(await people.meOf(kim)).toMatchObject({ email: 'kim@acme.example', role: 'product' });
  await expect(inviteAgent.run(context, args)).rejects.toThrow(/is at one of these sites already/);
  await agentTwoFactorOff.run(context, ['--email', ada.email]);
  expect(lines.at(-1)).toMatch(/has no two-factor on/);
});

describe('with a mail server', () => {
  let mail: MailServer;
  let mailing: TestServer;
  beforeAll(async () => {
    mail = await startMailServer();
    mailing = await startTestServer(inject('postgresUrl'), {
      ...noLimits,
      smtpUrl: mail.url,
      mailFrom: 'Handrail <handrail@acme.example>',
      publicUrl: 'https://help.acme.example',
    });
  });
  afterAll(async () => {
    await mailing?.close();
    await mail?.close();
  });

  test('the link goes to the address alone; where the mail cannot go the admin gets it to copy', async () => {
    const site = await mailing.addSite({ kind: 'page' }, { title: 'Northcard' });
    const admin = await mailing.store.agents.add({
      name: 'Ada',
      email: newEmail(),
      role: 'admin',
      siteIds: [site.id],
    });
    const link = await mailing.app.identity.signInLink(admin.email, mailing.url);
    const port = new URL(mailing.app.listeningOrigin).port;
    const local = (path: string) => `http://127.0.0.1:${port}${path}`;
    const came = await fetch(local(new URL(link).pathname + new URL(link).search), { redirect: 'manual' });
    const cookie = came.headers
      .getSetCookie()
      .map((one) => one.split(';', 1)[0])
      .join('; ');
    const email = newEmail();
    const invite = (to: string) =>
      fetch(
        local('/v1/desk/people/invite'),
        json({ email: to, name: 'Kim\u2028Bcc', role: 'agent', sites: [site.key] }, { cookie }),
      );
    const body: InvitationMade = await (await invite(email)).json();
    expect(body).toMatchObject({ link: null, invitation: { email } });
    const [letter] = mail.mails.filter(({ to }) => to.includes(email));
    expect(letter?.text).toMatch(/https:\/\/help\.acme\.example\/console\/invitation#[\w-]{43}\n/);
    expect(letter?.headers.subject).toBe('Your invitation to Northcard');
    await mail.close();
    const failed: InvitationMade = await (await invite(newEmail())).json();
    expect(failed.link).toMatch(/^https:\/\/help\.acme\.example\/console\/invitation#/);
    mail = await startMailServer();
  });
});
