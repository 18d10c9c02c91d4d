import type { FactOf } from '../../protocol/conversation.ts';
import type { FeedbackItem, FeedbackPage } from '../../protocol/feedback.ts';
import type { Guidance } from '../../protocol/guidance.ts';
import { type connectAgent, connectCustomer } from '../../test/support/clients.ts';

/** Scripted people. They know what each question is about, as people do; the server is never told. */

export interface Place {
  readonly url: string;
  readonly site: string;
}

/** What became of one question. */
export interface Answered {
  readonly text: string;
  readonly outcome: FactOf<'answer.ended'>['outcome'];
  /** Where the bot has it from, the best first. */
  readonly sources: readonly string[];
  readonly guidance: string | null;
}

/** What a customer does once the answer is there. */
export interface Reaction {
  readonly verdict: 'up' | 'down' | null;
  readonly wantsPerson: boolean;
}

async function must(reply: Promise<{ ok: boolean }>): Promise<void> {
  const found = await reply;
  if (!found.ok) throw new Error(`refused: ${JSON.stringify(found)}`);
}

/** A new customer asks one question. @param react says what they do then; @param help is called where they ask for a person */
export async function askOnce(
  { url, site }: Place,
  question: string,
  react: (answer: Answered) => Reaction = () => ({ verdict: null, wantsPerson: false }),
  help: (conversationId: string) => Promise<void> = async () => undefined,
): Promise<Answered> {
  const customer = await connectCustomer(url, site);
  try {
    await must(customer.send('message:send', { text: question, context: { language: 'en' } }));
    const [ended, called] = [customer.until('answer.ended'), customer.until('handoff.requested')];
    // Only one of them comes: the other gives up in the end, and nobody minds.
    for (const one of [ended, called]) one.catch(() => undefined);
    const first = await Promise.race([ended, called]);
    if (first.type === 'handoff.requested') {
      // They asked for a person in so many words: the bot is not even asked.
      await help(customer.conversationId);
      return { text: '', outcome: 'unknown', sources: [], guidance: null };
    }
    const { text, outcome, sources, guidance } = first;
    const answer = { text, outcome, sources: sources.map(({ url }) => url), guidance: guidance?.id ?? null };
    const { verdict, wantsPerson } = react(answer);
    if (verdict !== null) {
      const reasons: ('did_not_understand' | 'not_what_i_asked')[] =
        verdict === 'up' ? [] : outcome === 'unknown' ? ['did_not_understand'] : ['not_what_i_asked'];
      await must(customer.send('feedback:give', { turn: 1, verdict, reasons, comment: '' }));
    }
    if (wantsPerson) {
      await must(customer.send('handoff:request', {}));
      await help(customer.conversationId);
    }
    return answer;
  } finally {
    customer.close();
  }
}

/** An agent who takes the conversation, says what the bot should have said, and ends it. */
export async function helpAs(
  agent: Awaited<ReturnType<typeof connectAgent>>,
  conversationId: string,
  text: string,
): Promise<void> {
  await must(agent.send('handoff:accept', conversationId, {}));
  await must(agent.send('message:send', conversationId, { text }));
  await must(agent.send('answer:improve', conversationId, { turn: 1, text }));
  const end = { outcome: 'solved', cause: 'missing_knowledge' } as const;
  await must(agent.send('conversation:resolve', conversationId, end));
}

/** Somebody of the product team, over the routes that the console uses. */
export function createReviewer(url: string, cookie: string) {
  const call = async <T>(path: string, body?: object): Promise<T> => {
    const init =
      body === undefined
        ? {}
        : {
            method: 'POST',
            body: JSON.stringify(body),
          };
    const headers = { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const response = await fetch(`${url}/v1${path}`, { ...init, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    /** Every answer with a thumb down, or after which a person was asked for. */
    async weakAnswers(): Promise<FeedbackItem[]> {
      const found = new Map<string, FeedbackItem>();
      for (const filter of ['verdict=down', 'signal=asked_for_person']) {
        for (let next: string | null = ''; next !== null; ) {
          const page: FeedbackPage = await call(
            `/feedback?${filter}&limit=100${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`,
          );
          for (const item of page.items) {
            if (item.turn !== null) found.set(`${item.conversationId} ${item.turn}`, item);
          }
          next = page.next;
        }
      }
      return [...found.values()];
    },

    /**
     * Makes guidance of an answer that an agent has bettered, with all the questions that went wrong, and approves it.
     * @returns its id
     */
    async approve(
      { conversationId, turn }: { conversationId: string; turn: number },
      text: string,
      examples: readonly string[],
    ): Promise<string> {
      const reason = 'Asked often, answered badly.';
      const made = await call<Guidance>('/desk/guidance/from-answer', { conversationId, turn, text, reason });
      const { id } = made;
      const content = { kind: 'answer', text, examples, scope: {} };
      const change = { id, base: 1, reason, isProposed: true, ...content };
      await call<Guidance>('/desk/guidance/change', change);
      await call<Guidance>('/desk/guidance/approve', { id, version: 2, reason: '' });
      return id;
    },
  };
}
