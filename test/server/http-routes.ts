const cid = '0198c0de-0000-7000-8000-000000000001';
export const conversationId = '0198c0de-0000-7000-8000-00000000aaaa';
export const unknownId = '0198c0de-0000-7000-8000-00000000ffff';
export const ids = { cid, conversationId };
const end = { turn: 1, outcome: 'answered', text: 'x', sources: [], failure: null, handoff: null };

const pushDevice = {
  endpoint: 'https://fcm.googleapis.com/fcm/send/abc',
  keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) },
};

const canned = { site: 'pk_closed', shortcut: 'hi', title: 'Hello', text: 'Hi', team: null };

const correction = {
  kind: 'answer',
  text: 'Cards arrive within five days.',
  examples: ['Where is my card?'],
  scope: {},
  reason: '',
  isProposed: false,
};
const versionRef = { id: unknownId, version: 1, reason: '' };

export interface Route {
  readonly caller: 'nobody' | 'customer' | 'agent';
  /** A body that is right in itself; what is made of it is wrong. */
  readonly body?: object;
  readonly query?: string;
}

/** Every route of the OpenAPI document: a test sees to it that none is missing here. */
export const routes: Record<string, Route> = {
  'GET /healthz': { caller: 'nobody' },
  'GET /readyz': { caller: 'nobody' },
  'GET /v1/sites/{key}': { caller: 'nobody' },
  'GET /v1/sites/{key}/reachability': { caller: 'nobody', query: 'team=cards' },
  'POST /v1/sessions': { caller: 'nobody', body: { site: 'pk_closed' } },
  'POST /v1/sessions/identity': { caller: 'customer', body: { identity: 'a.b.c' } },
  'POST /v1/sessions/continue': { caller: 'nobody', body: { site: 'pk_closed', token: 'A'.repeat(70) } },
  'GET /v1/conversations': { caller: 'customer' },
  'GET /v1/conversations/{id}/facts': { caller: 'customer', query: 'after=0' },
  'POST /v1/commands/message:send': { caller: 'customer', body: { ...ids, text: 'Hi' } },
  'POST /v1/commands/handoff:request': { caller: 'customer', body: ids },
  'POST /v1/commands/handoff:cancel': { caller: 'customer', body: ids },
  'POST /v1/commands/transcript:share': {
    caller: 'customer',
    body: { ...ids, lines: [{ author: 'customer', text: 'Hi' }] },
  },
  'POST /v1/commands/feedback:share': {
    caller: 'customer',
    body: { ...ids, question: 'Why?', answer: 'So.', verdict: 'down', reasons: [], comment: '' },
  },
  'POST /v1/commands/followup:ask': { caller: 'customer', body: { ...ids, email: 'kim@example.com' } },
  'POST /v1/commands/answer:retry': { caller: 'customer', body: { ...ids, turn: 1 } },
  'POST /v1/commands/answer:end': { caller: 'customer', body: { ...ids, ...end } },
  'POST /v1/commands/feedback:give': {
    caller: 'customer',
    body: { ...ids, turn: 1, verdict: 'up', reasons: [], comment: '' },
  },
  'POST /v1/commands/handoff:rate': { caller: 'customer', body: { ...ids, hadToRepeat: true } },
  'POST /v1/commands/conversation:rate': { caller: 'customer', body: { ...ids, rating: 3, comment: '' } },
  'POST /v1/commands/conversation:resolve': { caller: 'customer', body: { ...ids, outcome: 'solved' } },
  'POST /v1/conversations/{id}/files': { caller: 'customer', query: 'name=a.png' },
  'GET /v1/conversations/{id}/files/{file}': { caller: 'customer' },
  'GET /v1/desk/me': { caller: 'agent' },
  'POST /v1/desk/password': { caller: 'agent', body: { password: 'long enough for us' } },
  'GET /v1/desk/notifications': { caller: 'agent' },
  'POST /v1/desk/notifications/device': { caller: 'agent', body: pushDevice },
  'POST /v1/desk/notifications/device/remove': {
    caller: 'agent',
    body: { endpoint: pushDevice.endpoint },
  },
  'POST /v1/desk/notifications/test': { caller: 'agent', body: { endpoint: pushDevice.endpoint } },
  'GET /v1/desk/webhooks': { caller: 'agent' },
  'POST /v1/desk/webhooks/add': {
    caller: 'agent',
    body: { site: 'pk_closed', url: 'https://hooks.example/a', types: null },
  },
  'POST /v1/desk/webhooks/change': { caller: 'agent', body: { id: unknownId, isPaused: true } },
  'POST /v1/desk/webhooks/secret': { caller: 'agent', body: { id: unknownId } },
  'POST /v1/desk/webhooks/remove': { caller: 'agent', body: { id: unknownId } },
  'POST /v1/desk/webhooks/replay': { caller: 'agent', body: { id: unknownId, failed: true } },
  'POST /v1/desk/webhooks/ping': { caller: 'agent', body: { id: unknownId } },
  'GET /v1/desk/webhooks/{id}/deliveries': { caller: 'agent', query: 'before=10' },
  'GET /v1/sign-in': { caller: 'nobody' },
  'POST /v1/invitations/look': { caller: 'nobody', body: { secret: 'x'.repeat(43) } },
  'POST /v1/invitations/accept': { caller: 'nobody', body: { secret: 'x'.repeat(43) } },
  'POST /v1/desk/two-factor/start': { caller: 'agent', body: { password: 'long enough for us' } },
  'POST /v1/desk/two-factor/confirm': { caller: 'agent', body: { code: '123456' } },
  'POST /v1/desk/two-factor/end': {
    caller: 'agent',
    body: { password: 'long enough for us', code: '123456' },
  },
  'POST /v1/desk/two-factor/codes': {
    caller: 'agent',
    body: { password: 'long enough for us', code: '123456' },
  },
  'GET /v1/desk/people': { caller: 'agent' },
  'POST /v1/desk/people/invite': {
    caller: 'agent',
    body: { email: 'kim@acme.example', name: 'Kim', role: 'agent', sites: ['pk_nobodys'] },
  },
  'POST /v1/desk/people/invite/again': { caller: 'agent', body: { id: unknownId } },
  'POST /v1/desk/people/invite/withdraw': { caller: 'agent', body: { id: unknownId } },
  'POST /v1/desk/people/change': { caller: 'agent', body: { id: unknownId, role: 'lead' } },
  'POST /v1/desk/people/remove': { caller: 'agent', body: { id: unknownId } },
  'GET /v1/desk/conversations': { caller: 'agent' },
  'GET /v1/desk/conversations/{id}': { caller: 'agent' },
  'GET /v1/desk/conversations/{id}/facts': { caller: 'agent', query: 'after=0' },
  'POST /v1/desk/conversations/{id}/files': { caller: 'agent', query: 'name=a.png' },
  'GET /v1/desk/conversations/{id}/files/{file}': { caller: 'agent' },
  'POST /v1/desk/commands/handoff:accept': { caller: 'agent', body: ids },
  'POST /v1/desk/commands/handoff:decline': { caller: 'agent', body: ids },
  'POST /v1/desk/commands/message:send': { caller: 'agent', body: { ...ids, text: 'Hi' } },
  'POST /v1/desk/commands/note:add': { caller: 'agent', body: { ...ids, text: 'Hi' } },
  'POST /v1/desk/commands/handoff:transfer': {
    caller: 'agent',
    body: { ...ids, to: { kind: 'queue', team: null } },
  },
  'POST /v1/desk/commands/handoff:take_over': { caller: 'agent', body: { ...ids, from: 'somebody' } },
  'POST /v1/desk/commands/answer:improve': { caller: 'agent', body: { ...ids, turn: 1, text: 'So.' } },
  'POST /v1/desk/commands/feedback:review': {
    caller: 'agent',
    body: { ...ids, about: 1, status: 'looked_at', word: '' },
  },
  'GET /v1/desk/conversations/{id}/colleagues': { caller: 'agent' },
  'GET /v1/desk/mentions': { caller: 'agent' },
  'POST /v1/desk/mentions/seen': { caller: 'agent', body: { conversationId } },
  'GET /v1/desk/canned': { caller: 'agent' },
  'POST /v1/desk/canned/add': { caller: 'agent', body: canned },
  'POST /v1/desk/canned/change': { caller: 'agent', body: { ...canned, id: unknownId } },
  'POST /v1/desk/canned/remove': { caller: 'agent', body: { id: unknownId } },
  'POST /v1/desk/commands/handoff:return': { caller: 'agent', body: { ...ids, decision: '' } },
  'POST /v1/desk/commands/promise:make': {
    caller: 'agent',
    body: { ...ids, kind: 'follow_up', text: 'I check.', dueAt: 4_000_000_000_000 },
  },
  'POST /v1/desk/commands/promise:keep': { caller: 'agent', body: { ...ids, promise: 5 } },
  'POST /v1/desk/commands/promise:cancel': { caller: 'agent', body: { ...ids, promise: 5, why: 'x' } },
  'GET /v1/desk/promises': { caller: 'agent', query: 'view=mine&state=open' },
  'GET /v1/desk/promises/rate': { caller: 'agent', query: 'from=0' },
  'POST /v1/desk/commands/conversation:resolve': { caller: 'agent', body: { ...ids, outcome: 'solved' } },
  'GET /v1/desk/audit-log': { caller: 'agent', query: 'limit=10' },
  'GET /v1/desk/conversations/all': { caller: 'agent', query: 'limit=10' },
  'GET /v1/desk/conversations/{id}/earlier': { caller: 'agent' },
  'GET /v1/desk/board': { caller: 'agent', query: 'since=0' },
  'GET /v1/desk/insights': { caller: 'agent', query: 'from=2026-01-01&to=2026-01-31' },
  'GET /v1/desk/insights/guidance': { caller: 'agent', query: 'from=2026-01-01&to=2026-01-31' },
  'GET /v1/desk/insights/weak': { caller: 'agent', query: 'from=2026-01-01&to=2026-01-31' },
  'GET /v1/desk/insights/visits': { caller: 'agent', query: 'from=2020-01-01&to=2029-12-31&figure=visits' },
  'GET /v1/desk/search': { caller: 'agent', query: 'q=refund' },
  'GET /v1/desk/guidance': { caller: 'agent', query: 'state=live' },
  'GET /v1/desk/guidance/{id}/history': { caller: 'agent' },
  'GET /v1/desk/guidance/{id}/proof': { caller: 'agent' },
  'POST /v1/desk/guidance/add': { caller: 'agent', body: { site: 'pk_closed', ...correction } },
  'POST /v1/desk/guidance/from-answer': { caller: 'agent', body: { conversationId, turn: 1, reason: '' } },
  'POST /v1/desk/guidance/change': { caller: 'agent', body: { id: unknownId, base: 1, ...correction } },
  'POST /v1/desk/guidance/propose': { caller: 'agent', body: versionRef },
  'POST /v1/desk/guidance/approve': { caller: 'agent', body: versionRef },
  'POST /v1/desk/guidance/send-back': { caller: 'agent', body: versionRef },
  'POST /v1/desk/guidance/roll-back': { caller: 'agent', body: versionRef },
  'POST /v1/desk/guidance/retire': { caller: 'agent', body: { id: unknownId, reason: '' } },
  'GET /v1/feedback': { caller: 'agent', query: 'limit=10' },
  'GET /v1/feedback/receipts': { caller: 'agent', query: 'from=0' },
  'GET /v1/feedback/export': { caller: 'agent', query: 'format=csv' },
  'GET /v1/exports': { caller: 'agent' },
  'POST /v1/exports/start': { caller: 'agent', body: { format: 'csv', filter: { verdict: 'down' } } },
  'GET /v1/exports/{id}/manifest': { caller: 'agent' },
  'GET /v1/exports/{id}/file': { caller: 'agent' },
  'POST /v1/exports/remove': { caller: 'agent', body: { id: unknownId } },
  'POST /v1/exports/schedule': {
    caller: 'agent',
    body: { format: 'csv', filter: { verdict: 'down' }, every: 'daily' },
  },
  'POST /v1/exports/schedule/remove': { caller: 'agent', body: { id: unknownId } },
};
