import type { Role } from '../../protocol/agent.ts';
import { mayCallOfPeople } from './people-stage.ts';

export const everyRole: readonly Role[] = ['agent', 'lead', 'product', 'admin'];
const workers: readonly Role[] = ['agent', 'lead', 'admin'];
const supervisors: readonly Role[] = ['lead', 'admin'];
const exporters: readonly Role[] = ['lead', 'product', 'admin'];
const approvers: readonly Role[] = ['product', 'admin'];
const admins: readonly Role[] = ['admin'];

/**
 * Who may do what, written by hand and apart from the server's own table. A route or an event that is not here fails
 * the first test.
 */
export const mayCall: Readonly<Record<string, readonly Role[]>> = {
  'GET /v1/desk/me': everyRole,
  'POST /v1/desk/password': everyRole,
  'GET /v1/desk/notifications': everyRole,
  'POST /v1/desk/notifications/device': everyRole,
  'POST /v1/desk/notifications/device/remove': everyRole,
  'POST /v1/desk/notifications/test': everyRole,
  'GET /v1/desk/conversations': everyRole,
  'GET /v1/desk/conversations/{id}': everyRole,
  'GET /v1/desk/conversations/{id}/facts': everyRole,
  'POST /v1/desk/conversations/{id}/files': workers,
  'GET /v1/desk/conversations/{id}/files/{file}': everyRole,
  'POST /v1/desk/commands/message:send': workers,
  'POST /v1/desk/commands/note:add': workers,
  'POST /v1/desk/commands/handoff:accept': workers,
  'POST /v1/desk/commands/handoff:decline': workers,
  'POST /v1/desk/commands/handoff:take_over': supervisors,
  'POST /v1/desk/commands/answer:improve': workers,
  'GET /v1/desk/conversations/{id}/colleagues': workers,
  'GET /v1/desk/conversations/{id}/earlier': everyRole,
  'GET /v1/desk/conversations/all': everyRole,
  'GET /v1/desk/search': everyRole,
  'GET /v1/desk/board': exporters,
  'GET /v1/desk/mentions': workers,
  'POST /v1/desk/mentions/seen': workers,
  'GET /v1/desk/canned': workers,
  'POST /v1/desk/canned/add': workers,
  'POST /v1/desk/canned/change': workers,
  'POST /v1/desk/canned/remove': workers,
  'POST /v1/desk/commands/promise:make': workers,
  'POST /v1/desk/commands/promise:keep': workers,
  'POST /v1/desk/commands/promise:cancel': workers,
  'GET /v1/desk/promises': everyRole,
  'GET /v1/desk/promises/rate': everyRole,
  'POST /v1/desk/commands/handoff:transfer': workers,
  'POST /v1/desk/commands/handoff:return': workers,
  'POST /v1/desk/commands/conversation:resolve': workers,
  'GET /v1/desk/audit-log': admins,
  'GET /v1/desk/webhooks': admins,
  'POST /v1/desk/webhooks/add': admins,
  'GET /v1/desk/webhooks/{id}/deliveries': admins,
  'POST /v1/desk/webhooks/change': admins,
  'POST /v1/desk/webhooks/secret': admins,
  'POST /v1/desk/webhooks/replay': admins,
  'POST /v1/desk/webhooks/ping': admins,
  'POST /v1/desk/webhooks/remove': admins,
  ...mayCallOfPeople,
  'GET /v1/desk/guidance': everyRole,
  'GET /v1/desk/guidance/{id}/history': everyRole,
  'POST /v1/desk/guidance/add': everyRole,
  'POST /v1/desk/guidance/from-answer': everyRole,
  'POST /v1/desk/guidance/change': everyRole,
  'POST /v1/desk/guidance/propose': everyRole,
  'POST /v1/desk/guidance/approve': approvers,
  'POST /v1/desk/guidance/send-back': approvers,
  'POST /v1/desk/guidance/retire': approvers,
  'POST /v1/desk/guidance/roll-back': approvers,
  'GET /v1/feedback': everyRole,
  'GET /v1/feedback/export': exporters,
};
export const mayAsk: Readonly<Record<string, readonly Role[]>> = {
  'message:send': workers,
  'note:add': workers,
  'handoff:accept': workers,
  'handoff:decline': workers,
  'handoff:take_over': supervisors,
  'answer:improve': workers,
  'promise:make': workers,
  'promise:keep': workers,
  'promise:cancel': workers,
  'handoff:transfer': workers,
  'handoff:return': workers,
  'conversation:resolve': workers,
  'facts:pull': everyRole,
  'conversation:watch': everyRole,
};
export const maySignal: Readonly<Record<string, readonly Role[]>> = {
  typing: workers,
  'availability:set': workers,
  'device:set': workers,
  'conversation:unwatch': everyRole,
  'conversation:look': everyRole,
};
