/**
 * Northcard's help bot: a program of its own, as a company has one already. It knows nothing of Handrail but the
 * endpoint that Handrail calls (docs/bots.md).
 *
 *   BOT_SECRET=… node examples/existing-bot/main.ts
 *
 * PORT (8090; 0 takes a free one), HOST (127.0.0.1), BOT_SECRET (shared with Handrail, required),
 * BOT_PACE_MS (18: pause between groups of words), BOT_FAULTS (1: words like #crash make it fail, see faults.ts).
 */
import { loadArticles } from './articles.ts';
import { createReplies } from './replies.ts';
import { createBotServer } from './server.ts';

const { PORT = '8090', HOST = '127.0.0.1', BOT_SECRET = '', BOT_FAULTS, BOT_PACE_MS = '18' } = process.env;

if (BOT_SECRET === '') {
  console.error('BOT_SECRET is missing: set it to the secret that Handrail signs its requests with.');
  process.exit(1);
}

const server = createBotServer(createReplies(loadArticles()), {
  secret: BOT_SECRET,
  hasFaults: BOT_FAULTS === '1',
  paceMs: Number(BOT_PACE_MS),
});

server.on('error', (error) => {
  console.error(`The bot cannot listen on ${HOST}:${PORT}: ${error.message}`);
  process.exit(1);
});

server.listen(Number(PORT), HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`Northcard bot listening on http://${HOST}:${port}`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Answers under way may finish; a caller that never goes must not keep us.
    server.close(() => process.exit(0));
    setTimeout(() => process.exit(0), 2_000).unref();
  });
}
