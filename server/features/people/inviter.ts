import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Invitation, InvitationMade } from '../../../protocol/people.ts';
import type { Mailer } from '../../notify/email.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { isLocal } from '../../plugins/origins.ts';
import type { Agent } from '../../store/agents.ts';
import { invitationMs, type StoredInvitation } from '../../store/invitations.ts';
import type { Site } from '../../store/sites.ts';

export interface InviterSettings {
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  readonly publicUrl: string | null;
}

export interface Inviter {
  readonly isMailed: boolean;
  /** As this admin may see it: of sites that are not theirs not even the name. */
  shown(invitation: StoredInvitation, admin: Agent): Promise<Invitation>;
  /** Mails the link; where that cannot be it is shown to the admin, once. @param origin of `originOf`, asked before anything is kept */
  send(
    made: { readonly invitation: StoredInvitation; readonly secret: string },
    admin: Agent,
    origin: string,
  ): Promise<InvitationMade>;
  /** As `originOf`. */
  originOf(request: FastifyRequest): string;
}

/**
 * The address that browsers use. Without PUBLIC_URL it is what the caller says, so that only this machine is believed.
 * @throws RefusalError `invalid` for a Host header that is none, `public_url_needed` for one of another machine
 */
export function originOf(request: FastifyRequest, publicUrl: string | null): string {
  const origin = publicUrl ?? `${request.protocol}://${request.headers.host ?? 'localhost'}`;
  if (!URL.canParse(origin)) throw new RefusalError('invalid', { detail: 'the Host header is no host' });
  const { origin: found, host } = new URL(origin);
  // By the host alone: a proxy on this machine may speak https.
  if (publicUrl === null && !isLocal(`http://${host}`)) throw new RefusalError('public_url_needed');
  return found;
}

/** @param mailer null without a mail server */
export function createInviter(
  app: FastifyInstance,
  mailer: Mailer | null,
  publicUrl: string | null,
): Inviter {
  const { sites, log } = app;
  const sitesOf = async (ids: readonly string[]): Promise<Site[]> =>
    (await Promise.all(ids.map((id) => sites.byId(id)))).filter((site) => site !== null);

  const shown = async (one: StoredInvitation, admin: Agent): Promise<Invitation> => {
    const { id, name, email, role, createdAt, expiresAt } = one;
    const own = await sitesOf(one.siteIds.filter((siteId) => admin.siteIds.includes(siteId)));
    const isElsewhere = own.length < one.siteIds.length;
    const named = own.map(({ key, title }) => ({ key, name: title }));
    return { id, name, email, role, sites: named, isElsewhere, createdAt, expiresAt };
  };

  return {
    // Mailed links without a settled address would be the caller's own claim: see `Host`.
    isMailed: mailer !== null && publicUrl !== null,
    shown,
    originOf: (request) => originOf(request, publicUrl),
    async send({ invitation, secret }, admin, origin) {
      // Behind the #: it is in no log of a server or proxy on the way.
      const link = `${origin}/console/invitation#${secret}`;
      const made = { invitation: await shown(invitation, admin), link };
      if (mailer === null || publicUrl === null) return made;
      const titles = (await sitesOf(invitation.siteIds)).map(({ title }) => title);
      try {
        const id = `${invitation.id}.${invitation.expiresAt}`;
        await mailer.write({ to: invitation.email, id, ...letterOf(invitation, admin, titles, link) });
        return { ...made, link: null };
      } catch (error) {
        log.warn({ err: error }, 'invitation not mailed; its link is shown to who made it');
        return made;
      }
    },
  };
}

const inDays = Math.round(invitationMs / 86_400_000);

function letterOf({ name }: StoredInvitation, admin: Agent, titles: readonly string[], link: string) {
  const where = titles.join(', ');
  return {
    subject: `Your invitation to ${where}`,
    text: `Hello ${name},

${admin.name} invites you to answer customers at ${where} with Handrail.

Open this link once, within ${inDays} days, to begin:
${link}

Whoever has the link can use it: do not pass it on. If you did not expect it, do nothing.
`,
  };
}
