import { randomUUID } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Role } from '../../protocol/agent.ts';
import { newlyFound } from '../../server/domain/weak/standing.ts';
import type { Agent } from '../../server/store/agents.ts';
import { operator } from '../../server/store/audit-log.ts';
import type { Site } from '../../server/store/sites.ts';
import { standingColumns } from '../../server/store/weak-standing.ts';
import { newSession, type Session } from '../support/clients.ts';
import type { TestServer } from '../support/server.ts';
import { exportOf, scheduleOf } from './exports-stage.ts';
import { leaveFeedback } from './feedback-data.ts';
import { keepFile } from './files-stage.ts';

interface Person extends Agent {
  readonly cookie: string;
  /** A conversation that is with them: whoever may not work one took it before they got their role. */
  readonly conversationId: string;
}

export type Whose = 'own' | "a colleague's" | "another site's";

export interface RoleStage {
  readonly site: Site;
  readonly people: Readonly<Record<Role, Person>>;
  /** A conversation that is with somebody else of the same site. */
  readonly colleagues: string;
  /** A conversation that nobody has. */
  readonly mine: string;
  /** Two of this site, one of the other. */
  readonly webhooks: Readonly<Record<Whose, string>>;
  /** A new one each time: what is called about it may end it. */
  readonly newCanned: (whose: Whose) => Promise<string>;
  readonly newGuidance: (whose: Whose) => Promise<string>;
  readonly newQuestion: (whose: Whose) => Promise<string>;
  readonly newReplay: (whose: Whose) => Promise<string>;
  readonly newExport: (whose: Whose) => Promise<string>;
  readonly newSchedule: (whose: Whose) => Promise<string>;
  /** A file of each conversation, by its conversation. */
  readonly files: ReadonlyMap<string, string>;
  /** Open invitations to this site, two of them, and to the other one. */
  readonly invitations: Readonly<Record<Whose, string>>;
  /** People of this site whom nobody needs, and one of the other. */
  readonly persons: Readonly<Record<Whose, string>>;
  /** What a list of this site has in it. */
  readonly traces: RegExp;
  readonly other: {
    readonly agent: Agent & { cookie: string };
    readonly conversationId: string;
    /** What would show up if anything of the other site leaked. */
    readonly traces: RegExp;
  };
}

const asked = async (server: TestServer, site: Site) => {
  const session = await newSession(server.url, site.key);
  const conversationId = uuidv7();
  const caller = { customer: { id: session.customerId, siteId: site.id }, site };
  await server.app.engine.forCustomer(caller, 'handoff:request', { cid: uuidv7(), conversationId });
  return { session, conversationId };
};
const taken = async (server: TestServer, site: Site, agent: Agent) => {
  const one = await asked(server, site);
  const body = { cid: uuidv7(), conversationId: one.conversationId };
  await server.app.engine.forAgent(agent, 'handoff:accept', body);
  return one;
};

/** A customer who is with the person of this role. */
export const handedOver = (
  server: TestServer,
  { site, people }: RoleStage,
  role: Role,
): Promise<{ session: Session; conversationId: string }> => taken(server, site, people[role]);

/** What a route is about, where that is no conversation. */
export async function objectBeside(
  {
    webhooks,
    newCanned,
    newGuidance,
    newQuestion,
    newReplay,
    newExport,
    newSchedule,
    invitations,
    persons,
  }: RoleStage,
  route: string,
  whose: Whose,
): Promise<string | null> {
  if (route.includes('/webhooks/')) return webhooks[whose];
  if (route.includes('/canned/')) return newCanned(whose);
  if (route.includes('/guidance/') && !route.includes('from-answer')) return newGuidance(whose);
  if (route.includes('/weak-questions/')) return newQuestion(whose);
  if (route.includes('/replays/')) return newReplay(whose);
  if (route.includes('/exports/schedule/')) return newSchedule(whose);
  if (route.includes('/exports/')) return newExport(whose);
  if (route.includes('/invite/')) return invitations[whose];
  return route.includes('/people/') ? persons[whose] : null;
}

const webhookOf = async (server: TestServer, { id: siteId }: Site): Promise<string> => {
  const given = { siteId, url: 'https://hooks.example/a', types: null };
  const webhook = await server.store.webhooks.add(given, Date.now());
  if (webhook === null) throw new Error('one too many');
  return webhook.id;
};

const cannedOf = async (server: TestServer, { id: siteId }: Site): Promise<string> => {
  const draft = { shortcut: uuidv7(), title: 'Hello', text: 'Hi', team: null };
  const canned = await server.store.canned.add({ ...draft, siteId, updatedAt: Date.now(), updatedBy: 'Ana' });
  if (typeof canned === 'string') throw new Error(canned);
  return canned.id;
};

const guidanceOf = async (server: TestServer, { id, title }: Site): Promise<string> => {
  const content = { kind: 'answer' as const, text: `${title} says so.`, examples: ['Why?'], scope: {} };
  const write = { name: 'write', base: 0, content } as const;
  const by = { id: 'writer', name: 'Writer' };
  const act = { by, actor: operator, at: Date.now(), reason: '', origin: null };
  const made = await server.store.guidanceChanges.add(id, [write], act);
  if (typeof made === 'string') throw new Error(made);
  return made.id;
};

/** A question that is known, whatever was asked. */
const questionOf = async (server: TestServer, { id: siteId, title }: Site): Promise<string> => {
  const id = randomUUID();
  const standing = standingColumns(newlyFound(Date.now()));
  const question = { id, site_id: siteId, title: `${title} asks why?`, ...standing };
  const { db } = server.store;
  await db.insertInto('weak_questions').values(question).execute();
  // Put there by hand: a question in nobody's words would be cleared away as soon as it is decided.
  const words = { words: id, text: question.title, contents: [], is_anchor: false, is_by_hand: true };
  const wording = { id: randomUUID(), site_id: siteId, question_id: id, at: Date.now(), ...words };
  await db.insertInto('weak_wordings').values(wording).execute();
  return id;
};

/** One that has ended: a site has one at a time. */
const replayOf = async (server: TestServer, { id: siteId }: Site): Promise<string> => {
  const run = { id: uuidv7(), siteId, botVersion: null, guidance: null, version: null, by: null };
  await server.store.replays.begin({ ...run, startedAt: Date.now(), leaseUntil: Date.now() + 60_000 });
  await server.store.replays.choose(run.id, []);
  await server.store.replays.end(run.id, 'done', null, Date.now());
  return run.id;
};

const invitationTo = async (server: TestServer, { id }: Site): Promise<string> => {
  const given = { email: `${uuidv7()}@acme.example`, name: 'Kim', role: 'agent', siteIds: [id] } as const;
  const made = await server.store.invitations.make(given, operator, Date.now());
  if ('refused' in made) throw new Error(made.refused);
  return made.invitation.id;
};

/** Two sites; at the first one person of each role, and a colleague. */
export async function stageRoles(server: TestServer, roles: readonly Role[]): Promise<RoleStage> {
  const site = await server.addSite({ kind: 'page' }, { title: 'Northcard' });
  const elsewhere = await server.addSite({ kind: 'page' }, { title: 'Southbank' });
  const people = {} as Record<Role, Person>;
  for (const role of roles) {
    const agent = await server.addAgent(site, `The ${role}`);
    const { conversationId } = await taken(server, site, agent);
    await server.store.agents.setRole(agent, role, operator);
    people[role] = { ...agent, role, conversationId };
  }
  const colleague = await server.addAgent(site, 'Colleague');
  const stranger = await server.addAgent(elsewhere, 'Stranger', 'admin');
  const otherConversation = await taken(server, elsewhere, stranger);
  const said = { answer: 'So.', verdict: 'down', rating: 1 } as const;
  await leaveFeedback(server, site, { ...said, question: 'Northcard question' });
  await leaveFeedback(server, elsewhere, { ...said, question: 'Southbank question' });
  const owner = (whose: Whose) =>
    whose === "another site's" ? ([elsewhere, stranger] as const) : ([site, colleague] as const);
  const { conversationId } = otherConversation;
  const colleagues = (await taken(server, site, colleague)).conversationId;
  const mine = (await asked(server, site)).conversationId;
  const files = new Map<string, string>();
  for (const id of [...Object.values(people).map((one) => one.conversationId), colleagues, mine]) {
    files.set(id, await keepFile(server, site.id, id));
  }
  files.set(conversationId, await keepFile(server, elsewhere.id, conversationId));
  return {
    site,
    people,
    colleagues,
    mine,
    files,
    webhooks: {
      own: await webhookOf(server, site),
      "a colleague's": await webhookOf(server, site),
      "another site's": await webhookOf(server, elsewhere),
    },
    newGuidance: (whose) => guidanceOf(server, whose === "another site's" ? elsewhere : site),
    newQuestion: (whose) => questionOf(server, whose === "another site's" ? elsewhere : site),
    newReplay: (whose) => replayOf(server, whose === "another site's" ? elsewhere : site),
    newCanned: (whose) => cannedOf(server, whose === "another site's" ? elsewhere : site),
    newExport: (whose) => exportOf(server, ...owner(whose)),
    newSchedule: (whose) => scheduleOf(server, ...owner(whose)),
    invitations: {
      own: await invitationTo(server, site),
      "a colleague's": await invitationTo(server, site),
      "another site's": await invitationTo(server, elsewhere),
    },
    persons: {
      own: (await server.addAgent(site, 'Spare')).id,
      "a colleague's": (await server.addAgent(site, 'Spare')).id,
      "another site's": stranger.id,
    },
    traces: /Northcard/,
    other: {
      agent: stranger,
      conversationId,
      traces: new RegExp(`Southbank|Stranger|${conversationId}|${elsewhere.id}|${elsewhere.key}`),
    },
  };
}
