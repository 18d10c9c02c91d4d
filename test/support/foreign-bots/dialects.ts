import { Answer, type JsonRequest, type JsonServer, startJsonServer } from './json-server.ts';
import type { NlpBot } from './nlp-bot.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const part = (value: unknown, name: string): unknown => Object(value)[name];

/** The nlp.js bot behind the `http` wire of docs/bots.md. */
export const startHttpNlp = (nlp: NlpBot): Promise<JsonServer> =>
  startJsonServer(async ({ body }) => {
    const conversation = text(body?.conversation);
    const decision = text(part(body?.handback, 'decision'));
    if (decision !== '') nlp.learn(conversation, decision);
    const answer = await nlp.answer(conversation, text(body?.text));
    return { text: answer.text, ...(answer.wantsPerson ? { handoff: { reason: 'code nine' } } : {}) };
  });

/** The nlp.js bot behind a REST channel as Rasa has one: it learns of a hand-back by an intent with entities. */
export const startRasaNlp = (nlp: NlpBot): Promise<JsonServer> =>
  startJsonServer(async ({ path, body }) => {
    if (path !== '/webhooks/rest/webhook') return new Answer(404);
    const sender = text(body?.sender);
    const message = text(body?.message);
    const [, entities] = /^\/handrail_handback(\{.*\})$/.exec(message) ?? [];
    if (entities !== undefined) {
      nlp.learn(sender, JSON.parse(entities).handback_decision);
      return [{ recipient_id: sender, text: 'Noted.' }];
    }
    const answer = await nlp.answer(sender, message);
    const handoff = { recipient_id: sender, custom: { handoff: true, reason: 'code nine' } };
    return [{ recipient_id: sender, text: answer.text }, ...(answer.wantsPerson ? [handoff] : [])];
  });

/**
 * The nlp.js bot as Chatwoot bots are usually written: the webhook is acknowledged, the answer posted to the API, and
 * people are called by opening the conversation. It is pedantic about what it gets, as those bots are.
 * @param api address of the Chatwoot that it answers to, asked for when it is needed
 */
export async function startChatwootNlp(
  nlp: NlpBot,
  api: () => string,
  token: string,
): Promise<JsonServer & { readonly refused: { status: number; body: unknown }[] }> {
  const refused: { status: number; body: unknown }[] = [];
  const post = async (path: string, body: object) => {
    const response = await fetch(`${api()}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', api_access_token: token },
      body: JSON.stringify(body),
    });
    if (!response.ok) refused.push({ status: response.status, body: await response.json() });
  };
  const respond = async ({ body }: JsonRequest) => {
    if (body?.event !== 'message_created' || body.message_type !== 'incoming' || body.private === true)
      return;
    const conversation = part(body, 'conversation');
    if (part(conversation, 'status') !== 'pending') return;
    const id = String(part(conversation, 'id'));
    const place = `accounts/${part(body.account, 'id')}/conversations/${id}`;
    const decision = text(part(part(conversation, 'custom_attributes'), 'handback_decision'));
    if (decision !== '') nlp.learn(id, decision);
    const answer = await nlp.answer(id, text(body.content));
    await post(`${place}/messages`, { content: answer.text, message_type: 'outgoing', private: false });
    if (answer.wantsPerson) await post(`${place}/toggle_status`, { status: 'open' });
  };
  const server = await startJsonServer((request) => {
    // After the acknowledgement, as a job.
    setImmediate(() => void respond(request));
    return {};
  });
  return { ...server, refused };
}
