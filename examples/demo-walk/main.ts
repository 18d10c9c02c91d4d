/** `npm run demo:walk -- --questions FILE`: see args.ts for what it does. */
import { playAgent } from './agent.ts';
import { type Args, ArgsError, help, readArgs } from './args.ts';
import { readTranscript, signIn } from './connection.ts';
import { playCustomer } from './customer.ts';
import { createLedger } from './ledger.ts';
import { type Place, startOwnServer } from './own-server.ts';
import { createRandom, deal, readQuestions } from './questions.ts';
import { printReport, startProgress, summarize } from './report.ts';
import { createTally } from './tally.ts';
import type { Walk } from './walk.ts';

/** Every fifth customer wants a person in the end. */
const personEvery = 5;

async function main(argv: string[]): Promise<number> {
  const args = readArgs(argv);
  if (args === null) {
    console.log(help);
    return 0;
  }
  const questions = readQuestions(args.questions, args.limit);
  if (args.target === null) console.log('Starting a server, a database and the example bot …');
  const place: Place =
    args.target === null ? await startOwnServer(args.agents) : { ...args.target, close: async () => {} };
  try {
    return await walkThrough(args, place, questions);
  } finally {
    await place.close();
  }
}

async function walkThrough(args: Args, place: Place, questions: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const ledger = createLedger();
  const tally = createTally();
  const walk: Walk = {
    url: place.url,
    site: place.site,
    ledger,
    tally,
    random: createRandom(args.seed),
    askedAt: new Map(),
  };
  const cookies = await Promise.all(place.signInLinks.map(signIn));
  const seen = new Set<string>();
  const agents = await Promise.all(cookies.map((cookie) => playAgent(walk, cookie, seen)));

  const hands = deal(questions, args.customers);
  tally.counts.customers = hands.length;
  tally.counts.questions = questions.length;
  console.log(
    `${hands.length} customers ask ${questions.length} questions; ${agents.length} agents are there.`,
  );
  const progress = startProgress(tally, questions.length);
  const customers = await Promise.all(
    hands.map((hand, index) => playCustomer(walk, hand, index % personEvery === personEvery - 1)),
  );
  await Promise.all(agents.map((agent) => agent.close()));
  progress.stop();

  const [cookie = ''] = cookies;
  for (const { conversationId, token, stream, close } of customers) {
    close();
    const customer = await readTranscript(`${place.url}/v1/conversations/${conversationId}/facts`, {
      authorization: `Bearer ${token}`,
    });
    const desk = `${place.url}/v1/desk/conversations/${conversationId}/facts`;
    const agent = await readTranscript(desk, { cookie });
    ledger.check({ conversationId, live: stream.facts, customer, agent });
    ledger.disorder(conversationId, stream.disorder());
  }
  for (const { streams } of agents) {
    for (const [conversationId, stream] of streams) ledger.disorder(conversationId, stream.disorder());
  }

  const summary = summarize(tally, ledger.faults, ledger.size(), (performance.now() - startedAt) / 1_000);
  printReport(summary);
  if (args.json) console.log(JSON.stringify(summary));
  return summary.isRight ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof ArgsError ? `${error.message}\n\n${help}` : error);
    process.exitCode = 1;
  },
);
