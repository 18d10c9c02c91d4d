import { type Static, Type } from 'typebox';
import { Presence, Role } from './agent.ts';
import { AgentId, exact, SiteKey, Time, uuidPattern } from './ids.ts';

const Name = Type.String({
  minLength: 1,
  maxLength: 80,
  pattern: '^[^\\u0000-\\u001f\\u007f]*\\S[^\\u0000-\\u001f\\u007f]*$',
});
const Email = Type.String({ minLength: 3, maxLength: 200, pattern: '^[^\\s@<>,;"]+@[^\\s@<>,;"]+$' });
const Sites = Type.Array(SiteKey, { minItems: 1, maxItems: 200, uniqueItems: true });
const SiteName = exact({ key: SiteKey, name: Type.String() });

/** Which customers are offered to a person, and how many at once. It holds for all of their sites, as the role does. */
export const PersonSeat = exact({
  capacity: Type.Integer({ minimum: 1, maximum: 50, description: 'customers at once' }),
  teams: Type.Array(Type.String({ pattern: '^[^\\s,]([^,]{0,58}[^\\s,])?$' }), {
    maxItems: 50,
    uniqueItems: true,
    description: 'and so their topics, as each topic of a site has its team; empty: any',
  }),
  languages: Type.Array(Type.String({ pattern: '^[a-z]{2,3}$' }), {
    maxItems: 50,
    uniqueItems: true,
    description: 'which they write, as `de`; empty: any',
  }),
});
export type PersonSeat = Static<typeof PersonSeat>;

/** One of the people of the reader's sites. Of sites that are not the reader's nothing is told but that there are some. */
export const Person = exact({
  id: AgentId,
  name: Type.String(),
  email: Type.String(),
  role: Role,
  sites: Type.Array(SiteName),
  isElsewhere: Type.Boolean({
    description: "also at sites that are not the reader's: role and seat are not theirs to change",
  }),
  seat: PersonSeat,
  presence: Presence,
  hasTwoFactor: Type.Boolean(),
});
export type Person = Static<typeof Person>;

export const InvitationId = Type.String({ pattern: uuidPattern });

export const Invitation = exact({
  id: InvitationId,
  name: Type.String(),
  email: Type.String(),
  role: Role,
  sites: Type.Array(SiteName),
  isElsewhere: Type.Boolean({ description: "also to sites that are not the reader's: not theirs to change" }),
  createdAt: Time,
  expiresAt: Time,
});
export type Invitation = Static<typeof Invitation>;

export const PeopleList = exact({
  people: Type.Array(Person),
  invitations: Type.Array(Invitation),
  isMailed: Type.Boolean({ description: 'whether invitations go by e-mail' }),
});
export type PeopleList = Static<typeof PeopleList>;

export const NewInvitation = exact({ email: Email, name: Name, role: Role, sites: Sites });
export type NewInvitation = Static<typeof NewInvitation>;

export const InvitationRef = exact({ id: InvitationId });
export type InvitationRef = Static<typeof InvitationRef>;

/** `link` only where it was not mailed: it is told here and never again. */
export const InvitationMade = exact({
  invitation: Invitation,
  link: Type.Union([Type.String(), Type.Null()]),
});
export type InvitationMade = Static<typeof InvitationMade>;

/** What is left out stays. `sites` are those of the caller's own that the person is at from now on. */
export const PersonChange = exact(
  {
    id: AgentId,
    role: Type.Optional(Role),
    sites: Type.Optional(Sites),
    seat: Type.Optional(PersonSeat),
  },
  { minProperties: 2 },
);
export type PersonChange = Static<typeof PersonChange>;

export const PersonRef = exact({ id: AgentId });
export type PersonRef = Static<typeof PersonRef>;

/** What an invitation's link carries behind its `#`: 256 bits. */
export const InvitationSecret = exact({ secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) });
export type InvitationSecret = Static<typeof InvitationSecret>;

/** What whoever has the link is told. */
export const InvitationShown = exact({
  name: Type.String(),
  email: Type.String(),
  role: Role,
  sites: Type.Array(Type.String()),
  expiresAt: Time,
});
export type InvitationShown = Static<typeof InvitationShown>;

export const InvitationAccepted = exact({
  path: Type.String({ description: 'where to go now: it signs the new person in, once' }),
});
export type InvitationAccepted = Static<typeof InvitationAccepted>;
