import { setTimeout as sleep } from 'node:timers/promises';
import { sse, startTestBot, type TestBot } from '../../support/bot.ts';

/** A bot that takes its time: eight pieces of text, about a second in all. */
export async function startStreamingBot(): Promise<TestBot> {
  const bot: TestBot = await startTestBot(async ({ text }, response) => {
    // A long trial asks for thousands of answers, each with the history of its conversation.
    bot.asked.length = 0;
    bot.requests.length = 0;
    const stream = sse(response);
    for (let piece = 0; piece < 8 && !response.destroyed; piece++) {
      stream.send('text', { text: `Part ${piece} of what there is to say about "${text}". ` });
      await sleep(60 + Math.random() * 120);
    }
    stream.send('end', { outcome: 'answered' });
    stream.end();
  });
  return bot;
}
