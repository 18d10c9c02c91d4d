import { randomUUID } from 'node:crypto';
import {
  type Activity,
  BotAdapter,
  type ConversationReference,
  type ResourceResponse,
  TurnContext,
} from 'botbuilder-core';
import { Answer, type JsonServer, startJsonServer } from './json-server.ts';

type Logic = (context: TurnContext) => Promise<void>;

interface Talk {
  readonly log: Partial<Activity>[];
  reference: Partial<ConversationReference>;
}

export interface DirectLineServer extends JsonServer {
  readonly secret: string;
  /** Activities that came in, in order. */
  readonly heard: Partial<Activity>[];
  /** The bot speaks by itself in the last conversation that was begun. */
  say(logic: Logic): Promise<void>;
  /** Forgets all conversations, as the service does after some days. */
  forget(): void;
}

/** Carries what a bot made with botbuilder says into the log of its conversation. */
class LogAdapter extends BotAdapter {
  readonly talks = new Map<string, Talk>();

  async sendActivities(_: TurnContext, activities: Partial<Activity>[]): Promise<ResourceResponse[]> {
    return activities.map((activity) => {
      const id = randomUUID();
      const talk = this.talks.get(activity.conversation?.id ?? '');
      if (talk === undefined) throw new Error('no such conversation');
      talk.log.push({ ...activity, id });
      return { id };
    });
  }
  async updateActivity(): Promise<void> {}
  async deleteActivity(): Promise<void> {}

  override async continueConversation(
    reference: Partial<ConversationReference>,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<void> {
    const activity = TurnContext.applyConversationReference(
      { type: 'event', name: 'continue' },
      reference,
      true,
    );
    await this.runMiddleware(new TurnContext(this, activity), logic);
  }

  async receive(activity: Partial<Activity>, logic: Logic): Promise<void> {
    const context = new TurnContext(this, activity);
    const talk = this.talks.get(activity.conversation?.id ?? '');
    if (talk !== undefined) talk.reference = TurnContext.getConversationReference(activity);
    await this.runMiddleware(context, logic);
  }
}

/**
 * A small Direct Line 3.0 over HTTP for a bot written with the Bot Framework SDK. Like the real one it answers a
 * posted activity only after the bot has had its turn, unless `isAsync`.
 */
export async function startDirectLine(logic: Logic, { isAsync = false } = {}): Promise<DirectLineServer> {
  const secret = randomUUID();
  const adapter = new LogAdapter();
  const heard: Partial<Activity>[] = [];
  let last = '';

  const post = async (conversation: string, given: Record<string, unknown>): Promise<unknown> => {
    const talk = adapter.talks.get(conversation);
    if (talk === undefined) return new Answer(404, { error: { code: 'ConversationNotFound' } });
    const activity: Partial<Activity> = {
      ...given,
      id: randomUUID(),
      channelId: 'directline',
      serviceUrl: 'http://directline.example',
      conversation: { id: conversation, isGroup: false, conversationType: '', name: '' },
      recipient: { id: 'bot', name: 'Bot' },
    };
    heard.push(activity);
    talk.log.push(activity);
    const turn = adapter.receive(activity, logic);
    if (!isAsync) await turn;
    return { id: activity.id };
  };

  const server = await startJsonServer(async ({ method, path, query, headers, body }) => {
    if (headers.authorization !== `Bearer ${secret}`) return new Answer(401);
    const [, root, conversation, activities] = path.split('/');
    if (root !== 'conversations') return new Answer(404);
    if (conversation === undefined) {
      last = randomUUID();
      adapter.talks.set(last, { log: [], reference: {} });
      await post(last, {
        type: 'conversationUpdate',
        membersAdded: [{ id: 'bot' }, { id: 'user' }],
        from: { id: 'user' },
      });
      return new Answer(201, { conversationId: last, token: secret, expires_in: 1800 });
    }
    const talk = adapter.talks.get(conversation);
    if (activities !== 'activities' || talk === undefined) return new Answer(404);
    if (method === 'POST') return post(conversation, body ?? {});
    const from = Number(query.get('watermark') ?? 0);
    // The service's own bookkeeping is not given out.
    const seen = talk.log.slice(from).filter(({ type }) => type !== 'conversationUpdate');
    return { activities: seen, watermark: String(talk.log.length) };
  });

  return {
    ...server,
    secret,
    heard,
    async say(speak) {
      const talk = adapter.talks.get(last);
      if (talk === undefined) throw new Error('no conversation has been begun');
      await adapter.continueConversation(talk.reference, speak);
    },
    forget: () => adapter.talks.clear(),
  };
}
