import { expect, vi } from 'vitest';
import type { FeedbackPage } from '../../protocol/feedback.ts';
import type { WeakQuestionDetail, WeakQuestionPage, WeakQuestionRow } from '../../protocol/weak-questions.ts';
import { connectCustomer } from '../support/clients.ts';
import type { TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { json } from './requests.ts';

/** It is kept a moment behind what is said, and longer on a busy machine. */
export const soon = { timeout: 30_000, interval: 50 };

/** A site of its own with somebody who reviews, over HTTP as the console does. */
export async function reviewersAt(server: TestServer) {
  const site = await server.addSite({ kind: 'page' });
  const lead = await server.addAgent(site, 'Lea', 'lead');
  const admin = await server.addAgent(site, 'Ada', 'admin');
  const get = async <T>(path: string, by = lead): Promise<T> => {
    const response = await fetch(`${server.url}${path}`, { headers: { cookie: by.cookie } });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  const post = (path: string, body: object, by = lead) =>
    fetch(`${server.url}/v1/desk/weak-questions/${path}`, json(body, { cookie: by.cookie }));
  const done = async <T = WeakQuestionRow>(path: string, body: object, by = lead): Promise<T> => {
    const response = await post(path, body, by);
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as T;
  };
  const page = (query = '') => get<WeakQuestionPage>(`/v1/desk/weak-questions?${query}`);
  /** The list once it reads so: it is kept a moment behind. */
  const listed = async (wanted: (string | number)[][], query = ''): Promise<readonly WeakQuestionRow[]> => {
    const look = async () => {
      const { items } = await page(query);
      expect(items.map(({ question, answers }) => [question, answers])).toEqual(wanted);
      return items;
    };
    return vi.waitFor(look, soon);
  };
  const detail = (id: string) => get<WeakQuestionDetail>(`/v1/desk/weak-questions/${id}/behind`);
  const say = (question: string, answer = 'I am a bot.') =>
    leaveFeedback(server, site, { question, answer, verdict: 'down', reasons: ['wrong'] });
  /** A customer whose question the bot in their page has answered. */
  const customerWith = async (text: string, outcome: 'answered' | 'unknown') => {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text });
    await customer.until('answer.started');
    const none = { sources: [], failure: null, handoff: null };
    await customer.send('answer:end', { turn: 1, outcome, text: 'No idea.', ...none });
    return customer;
  };
  const statuses = async () => {
    const { items } = await get<FeedbackPage>('/v1/feedback');
    return new Map(items.map(({ conversationId, status, word }) => [conversationId, [status, word]]));
  };
  const becomes = (conversationId: string, status: string, word = '') =>
    vi.waitFor(async () => expect((await statuses()).get(conversationId)).toEqual([status, word]), soon);
  return { site, lead, admin, get, post, done, page, listed, detail, say, customerWith, statuses, becomes };
}
