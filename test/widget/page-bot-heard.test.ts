import type { BotChunk } from '../../protocol/bot.ts';
import type { PageBot } from '../../widget/core/bot-reply.ts';
import type { Said } from '../server/bots/dialect.ts';
import { describeHeard, type Script, type Stage } from '../server/bots/heard-contract.ts';
import type { TestServer } from '../support/server.ts';
import { quick } from './support/browser.ts';
import { createChats } from './support/chats.ts';
import { until } from './support/until.ts';

/** A function in the page, asked by the widget's own core over the customer's socket. */
async function stagePage(server: TestServer, hasLittleTime: boolean): Promise<Stage> {
  const site = await server.addSite({ kind: 'page' });
  const chats = createChats(() => ({ server: server.url, site: site.key }));
  let script: Script = { does: 'say', said: {} };
  const told: string[] = [];
  const rest = Promise.withResolvers<unknown>();

  const bot: PageBot = async function* (turn) {
    told.push(JSON.stringify(turn));
    const now = script;
    if (now.does === 'say') yield* chunksOf(now.said, now.cut);
    else if (now.does === 'pause') {
      const middle = Math.floor(now.text.length / 2);
      try {
        yield now.text.slice(0, middle);
        // It does not listen to its signal: it is the worst of its kind.
        await now.goOn;
        yield now.text.slice(middle);
      } finally {
        rest.resolve(null);
      }
    } else if (now.failure === 'unreachable') throw new Error('out of order');
    else if (now.failure === 'timeout') await new Promise(() => {});
    else if (now.failure === 'malformed') yield { type: 'applause' } as unknown as BotChunk;
    else if (now.failure === 'too_large') yield 'x'.repeat(30_000);
  };
  return {
    site,
    told,
    rest: rest.promise,
    play(next) {
      script = next;
    },
    async open() {
      const { chat } = chats.open({
        bot,
        surroundings: {
          pace: hasLittleTime ? { ...quick, botFirst: 300 } : quick,
          report(error) {
            // The developer's fault, told to the developer: not ours.
            if (!(error instanceof Error) || error.message !== 'out of order') throw error;
          },
        },
      });
      chat.start();
      await until('a connection', () => chat.site.value);
      return {
        conversationId: chat.transcript.value.conversationId,
        say: (text) => chat.send(text),
        askForPerson: () => chat.requestHuman(),
      };
    },
    close: async () => chats.closeAll(),
  };
}

function* chunksOf(
  { text, sources = [], quickReplies, handoff, isUnknown }: Said,
  cut?: number,
): Generator<BotChunk | string> {
  const size = cut ?? 20_000;
  for (let from = 0; from < (text?.length ?? 0); from += size)
    yield { type: 'text', text: text?.slice(from, from + size) ?? '' };
  for (const source of sources) yield { type: 'source', source };
  if (quickReplies !== undefined) yield { type: 'quick_replies', replies: [...quickReplies] };
  if (handoff !== undefined) yield { type: 'handoff', reason: handoff };
  if (isUnknown) yield { type: 'end', outcome: 'unknown' };
}

describeHeard({
  name: 'a function in the page',
  stage: stagePage,
  cannot: {
    'fail: rejected': 'it is a call within the page: nothing stands between that could reject it',
  },
});
