import { parseArgs } from 'node:util';

export const help = `A walk through Handrail: customers ask a bot, some reach a person, agents answer; then it is checked that
nothing was lost, doubled or out of order.

  npm run demo:walk -- --questions FILE [options]

  --questions FILE   CSV with a header; the column "text" (or the first one) is asked
  --customers 50     how many ask at the same time
  --limit 500        how many questions of the file
  --agents 3         how many people are at the desk
  --seed 1           the same seed plays the same walk
  --json             the last line is one JSON object
  --server URL       a running server instead of one of its own; then also:
  --site pk_demo       the site to ask
  --sign-in LINK       a one-time link of an agent ("npm start" prints one); give it once for each agent

Its own server uses an embedded PostgreSQL in a temporary folder, or DATABASE_URL.`;

export interface Args {
  readonly questions: string;
  readonly customers: number;
  readonly limit: number;
  readonly agents: number;
  readonly seed: number;
  readonly json: boolean;
  /** A running server; null: one of our own. */
  readonly target: { url: string; site: string; signInLinks: string[] } | null;
}

export class ArgsError extends Error {}

/** @throws ArgsError that says what is wrong; `help` was asked for if the result is null */
export function readArgs(argv: string[]): Args | null {
  const { values } = parse(argv);
  if (values.help) return null;
  if (values.questions === undefined) throw new ArgsError('Say which questions to ask: --questions FILE');
  const { server, site } = values;
  const signInLinks = values['sign-in'];
  if (server !== undefined && !URL.canParse(server)) throw new ArgsError('--server is not an address');
  if (server !== undefined && signInLinks.length === 0) {
    throw new ArgsError('With --server, give --sign-in LINK so that there is an agent to accept.');
  }
  return {
    questions: values.questions,
    customers: whole('customers', values.customers, 1),
    limit: whole('limit', values.limit, 1),
    agents: whole('agents', values.agents, 1),
    seed: whole('seed', values.seed, 0),
    json: values.json,
    target: server === undefined ? null : { url: server.replace(/\/+$/, ''), site, signInLinks },
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        questions: { type: 'string' },
        customers: { type: 'string', default: '50' },
        limit: { type: 'string', default: '500' },
        agents: { type: 'string', default: '3' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        server: { type: 'string' },
        site: { type: 'string', default: 'pk_demo' },
        'sign-in': { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new ArgsError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) {
    throw new ArgsError(`--${name} must be a whole number from ${least}, not "${text}"`);
  }
  return number;
}
