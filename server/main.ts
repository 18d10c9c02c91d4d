import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { loopbackRanges } from './bots/addresses.ts';
import { ConfigError, readConfig, settingsHelp } from './config.ts';
import { prepareDemo, startDemoBot } from './demo.ts';
import { startServer } from './start.ts';

const help = `Handrail: a chat widget around your bot, with a person always one tap away.

  npm start                 server, example bot, demo page (sets up what it needs)
  npm run server            the server alone

Settings (environment variables):
${settingsHelp()}
`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(help);
    return;
  }
  const startedAt = Date.now();
  const isDemo = process.argv.includes('--demo');
  const given = readConfig(process.env);
  // The example bot runs on this machine.
  const config = isDemo ? { ...given, outboundAllow: [...given.outboundAllow, ...loopbackRanges] } : given;
  const transport = process.stdout.isTTY
    ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } }
    : {};
  const logger = pino({
    level: config.logLevel,
    ...transport,
    redact: ['req.headers.authorization', 'req.headers.cookie'],
  });
  const server = await startServer(config, logger);
  const secret = randomBytes(32).toString('hex');
  const bot = isDemo ? await startDemoBot(secret, { BOT_FAULTS: '1' }) : null;

  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    logger.info(`${signal}: finishing what is under way`);
    await server.close();
    await bot?.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop(signal).then(
        () => process.exit(0),
        (error) => {
          logger.error({ err: error }, 'stop failed');
          process.exit(1);
        },
      );
    });
  }

  if (bot === null) {
    logger.info(`listening on ${server.url}`);
    return;
  }
  const { agent } = await prepareDemo(server.store, { url: bot.url, secret });
  const link = await server.app.identity.signInLink(agent.email, server.url);
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  console.log(`
  Handrail is running (started in ${seconds} s)

  Demo page   ${server.url}/demo/
  Console     ${server.url}/console/
  Sign in as ${agent.name}, once, within 10 minutes:
              ${link}

  Stop with Ctrl+C
`);
}

main().catch((error: unknown) => {
  const isPlain = error instanceof ConfigError || (error instanceof Error && 'code' in error);
  console.error(isPlain && error instanceof Error ? `Handrail cannot start.\n${error.message}` : error);
  process.exit(1);
});
