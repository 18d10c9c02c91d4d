import { type Static, Type } from 'typebox';
import { AgentId, exact, Time } from './ids.ts';

/**
 * What the audit log tells of: reads, sign-ins and administration. What is done in a conversation is among its facts
 * already, and is not told twice.
 */
export const AuditAction = Type.Union([
  Type.Literal('conversation.read'),
  Type.Literal('conversation.searched'),
  Type.Literal('file.read'),
  Type.Literal('feedback.read'),
  Type.Literal('feedback.searched'),
  Type.Literal('feedback.exported'),
  Type.Literal('feedback.reviewed'),
  Type.Literal('weak_question.read'),
  Type.Literal('weak_question.decided'),
  Type.Literal('weak_question.merged'),
  Type.Literal('weak_question.split'),
  Type.Literal('insights.read'),
  Type.Literal('export.downloaded'),
  Type.Literal('export.removed'),
  Type.Literal('export.scheduled'),
  Type.Literal('export.unscheduled'),
  Type.Literal('agent.added'),
  Type.Literal('agent.link_made'),
  Type.Literal('agent.signed_in'),
  Type.Literal('agent.password_changed'),
  Type.Literal('agent.role_changed'),
  Type.Literal('agent.seat_changed'),
  Type.Literal('agent.sites_changed'),
  Type.Literal('agent.removed'),
  Type.Literal('agent.two_factor_on'),
  Type.Literal('agent.two_factor_off'),
  Type.Literal('agent.codes_renewed'),
  Type.Literal('invitation.made'),
  Type.Literal('invitation.renewed'),
  Type.Literal('invitation.withdrawn'),
  Type.Literal('invitation.accepted'),
  Type.Literal('guidance.read'),
  Type.Literal('guidance.written'),
  Type.Literal('guidance.proposed'),
  Type.Literal('guidance.sent_back'),
  Type.Literal('guidance.approved'),
  Type.Literal('guidance.retired'),
  Type.Literal('guidance.rolled_back'),
  Type.Literal('customer.erased'),
  Type.Literal('guidance.case_saved'),
  Type.Literal('guidance.replayed'),
  Type.Literal('site.saved'),
  Type.Literal('audit_log.read'),
  Type.Literal('audit_log.trimmed'),
]);
export type AuditAction = Static<typeof AuditAction>;

/** What there is to say about an action, by name: small, and never a secret. */
export const AuditDetail = Type.Record(
  Type.String({ maxLength: 40 }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
);
export type AuditDetail = Static<typeof AuditDetail>;

export const AuditObjectKind = Type.Union([
  Type.Literal('conversation'),
  Type.Literal('customer'),
  Type.Literal('file'),
  Type.Literal('agent'),
  Type.Literal('site'),
  Type.Literal('invitation'),
  Type.Literal('guidance'),
  Type.Literal('weak_question'),
  Type.Literal('export'),
]);
export type AuditObjectKind = Static<typeof AuditObjectKind>;

export const AuditEntry = exact({
  id: Type.Integer({ minimum: 1 }),
  at: Time,
  agent: Type.Union([exact({ id: Type.String(), name: Type.String() }), Type.Null()], {
    description: 'who; null: the operator, by a command beside the server',
  }),
  action: AuditAction,
  sites: Type.Array(Type.String(), { description: "titles of the reader's own sites that this concerns" }),
  object: Type.Union([exact({ kind: AuditObjectKind, id: Type.String() }), Type.Null()]),
  detail: AuditDetail,
  ip: Type.Union([Type.String(), Type.Null()], {
    description: 'where from; kept of sign-ins, exports and changes of passwords',
  }),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditFilter = exact({
  agent: Type.Optional(AgentId),
  action: Type.Optional(AuditAction),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
});
export type AuditFilter = Static<typeof AuditFilter>;

/** Newest first. `next` is the `before` of the page that follows; null at the end. */
export const AuditPage = exact({
  entries: Type.Array(AuditEntry),
  next: Type.Union([Type.Integer(), Type.Null()]),
});
export type AuditPage = Static<typeof AuditPage>;
