import type { Permission, Role } from '../../protocol/agent.ts';
import type { AgentCommandName, AgentReads, AgentSignals } from '../../protocol/commands.ts';

const agent: readonly Permission[] = [
  'conversations:read',
  'conversations:work',
  'feedback:read',
  'guidance:read',
  'guidance:propose',
  'settings:own',
];
const lead: readonly Permission[] = [
  ...agent,
  'conversations:supervise',
  'feedback:export',
  'feedback:review',
  'insights:read',
];
/** Reads everything that was said, and is no agent: is offered nobody, and keeps nobody waiting who counts on agents. */
const product: readonly Permission[] = [
  'conversations:read',
  'feedback:read',
  'feedback:export',
  'feedback:review',
  'insights:read',
  'guidance:read',
  'guidance:propose',
  'guidance:approve',
  'settings:own',
];
/** The audit log tells what leads did, too: it is not theirs. */
const admin: readonly Permission[] = [
  ...lead,
  'guidance:approve',
  'personal-data:export',
  'people:manage',
  'customers:erase',
  'site:manage',
  'webhooks:manage',
  'audit-log:read',
];

/** The one place that says which role may do what. */
const table: Readonly<Record<Role, readonly Permission[]>> = { agent, lead, product, admin };

export const roles = Object.keys(table) as readonly Role[];

export const permissionsOf = (role: Role): readonly Permission[] => table[role];

export const may = (role: Role, permission: Permission): boolean => table[role].includes(permission);

export const rolesThatMay = (permission: Permission): Role[] => roles.filter((role) => may(role, permission));

export type AgentEventName = AgentCommandName | keyof AgentSignals | keyof AgentReads;

/** What each event of the desk needs; commands need the same over HTTP. An event without an entry does not compile. */
export const eventPermissions: Readonly<Record<AgentEventName, Permission>> = {
  'handoff:accept': 'conversations:work',
  'handoff:decline': 'conversations:work',
  'handoff:take_over': 'conversations:supervise',
  'answer:improve': 'conversations:work',
  'feedback:review': 'feedback:review',
  'conversation:look': 'conversations:read',
  'promise:make': 'conversations:work',
  'promise:keep': 'conversations:work',
  'promise:cancel': 'conversations:work',
  'message:send': 'conversations:work',
  'note:add': 'conversations:work',
  'handoff:transfer': 'conversations:work',
  'handoff:return': 'conversations:work',
  'conversation:resolve': 'conversations:work',
  typing: 'conversations:work',
  'availability:set': 'conversations:work',
  'device:set': 'conversations:work',
  'facts:pull': 'conversations:read',
  'conversation:watch': 'conversations:read',
  'conversation:unwatch': 'conversations:read',
};
