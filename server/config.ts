import { type Limits, limitBounds } from './bots/limits.ts';
import { defaultRetryMs } from './domain/webhook-plan.ts';
import type { EmbeddingsSettings } from './retrieval/site-matcher.ts';
import {
  address,
  allowances,
  ConfigError,
  choice,
  localOrAddress,
  mailbox,
  origin,
  origins,
  text,
  waits,
  whole,
} from './setting-values.ts';
import { type SignInConfig, signInProblems, signInSettings } from './sign-in-settings.ts';

export { ConfigError };

/** Settings are environment variables: read once at start, checked, and listed by `--help`. */
export interface Config extends SignInConfig, EmbeddingsSettings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly logLevel: string;
  /** Origin under which browsers reach this server, without a slash at the end; null: derived from host and port. */
  readonly publicUrl: string | null;
  /** Own proxies in front of this server: the client's address stands that many steps back in X-Forwarded-For. */
  readonly trustProxy: number;
  readonly metricsToken: string | null;
  readonly secret: string | null;
  /** New anonymous customers per address and minute. */
  readonly sessionsPerMinute: number;
  /** Commands per customer and ten seconds. */
  readonly commandsPerTenSeconds: number;
  /** Longest silence of a bot before its first byte, ms. */
  readonly botFirstByteMs: number;
  /** Longest answer of a bot in all, ms. */
  readonly botTotalMs: number;
  /** Largest reply of a bot, bytes. */
  readonly botMaxBytes: number;
  /** Outages of a bot in a row after which it is left alone for a while. */
  readonly botCircuitFailures: number;
  /** How long at first, ms. */
  readonly botCircuitWaitMs: number;
  /** Longest that a question waits for its guidance, ms. */
  readonly guidanceWithinMs: number;
  /** Addresses that bots and webhooks may have though they are not public: CIDRs, single addresses, or `all`. */
  readonly outboundAllow: readonly string[];
  /** Longest wait for a webhook's receiver, ms. */
  readonly webhookTimeoutMs: number;
  /** Waits before each further try of a webhook, ms. */
  readonly webhookRetryMs: readonly number[];
  /** Largest file of a message, bytes; 0: none are taken. */
  readonly fileMaxBytes: number;
  /** All files of a site together, bytes. */
  readonly filesSiteBytes: number;
  /** Mail server for notifications; null: none are sent by e-mail. */
  readonly smtpUrl: string | null;
  /** An address, or `Name <address>`. */
  readonly mailFrom: string | null;
  /** Origins of Web Push services besides those of the known browsers. */
  readonly pushServices: readonly string[];
}

interface Setting<T> {
  readonly name: string;
  readonly shown: string;
  readonly about: string;
  readonly read: (text: string | undefined) => T;
}

const settings: { readonly [K in keyof Config]: Setting<Config[K]> } = {
  port: {
    name: 'PORT',
    shown: '8080',
    about: 'port to listen on; 0 takes a free one',
    read: whole(8080, 0, 65_535),
  },
  host: {
    name: 'HOST',
    shown: '127.0.0.1',
    about: 'address to listen on; 0.0.0.0 for all',
    read: text('127.0.0.1'),
  },
  dataDir: {
    name: 'HANDRAIL_DATA',
    shown: '.handrail',
    about: 'folder of the embedded PostgreSQL',
    read: text('.handrail'),
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    shown: '',
    about: 'a PostgreSQL of yours (15 or newer) instead of the embedded one',
    read: address(['postgres:', 'postgresql:']),
  },
  redisUrl: {
    name: 'REDIS_URL',
    shown: '',
    about: 'Redis that carries live events between several server processes',
    read: address(['redis:', 'rediss:']),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    shown: 'info',
    about: 'fatal, error, warn, info, debug, trace or silent',
    read: choice('info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    shown: '',
    about: 'how browsers reach this server, e.g. https://help.example.com',
    read: origin,
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    shown: '0',
    about: 'proxies of yours in front, each of which adds to X-Forwarded-For',
    read: whole(0, 0, 10),
  },
  metricsToken: {
    name: 'METRICS_TOKEN',
    shown: '',
    about: 'bearer token for /metrics; without one only this machine may read it',
    read: text(null),
  },
  secret: {
    name: 'HANDRAIL_SECRET',
    shown: '',
    about: "signs agents' sessions, 32 characters or more; without one it is made and kept in the database",
    read: (value) => {
      if (value === undefined || value === '') return null;
      if (value.length < 32) throw new ConfigError('must have 32 characters or more');
      return value;
    },
  },
  sessionsPerMinute: {
    name: 'LIMIT_SESSIONS',
    shown: '60',
    about: 'new customers per address and minute',
    read: whole(60, 1, 1_000_000),
  },
  commandsPerTenSeconds: {
    name: 'LIMIT_COMMANDS',
    shown: '40',
    about: 'commands per customer and ten seconds',
    read: whole(40, 1, 1_000_000),
  },
  botFirstByteMs: {
    name: 'BOT_FIRST_BYTE_MS',
    shown: '30000',
    about: "longest wait for a bot's first byte",
    read: whole(30_000, ...limitBounds.firstByteMs),
  },
  botTotalMs: {
    name: 'BOT_TOTAL_MS',
    shown: '120000',
    about: 'longest answer of a bot in all',
    read: whole(120_000, ...limitBounds.totalMs),
  },
  botMaxBytes: {
    name: 'BOT_MAX_BYTES',
    shown: '1000000',
    about: 'largest reply of a bot',
    read: whole(1_000_000, ...limitBounds.maxBytes),
  },
  botCircuitFailures: {
    name: 'BOT_CIRCUIT_FAILURES',
    shown: '5',
    about: 'outages of a bot in a row after which it is left alone for a while',
    read: whole(5, 1, 1_000_000),
  },
  botCircuitWaitMs: {
    name: 'BOT_CIRCUIT_WAIT_MS',
    shown: '5000',
    about: 'how long at first; twice as long after each try that fails, 2 minutes at most',
    read: whole(5_000, 10, 120_000),
  },
  guidanceWithinMs: {
    name: 'GUIDANCE_WITHIN_MS',
    shown: '150',
    about: 'longest that a question waits for its guidance; later the bot answers as ever',
    read: whole(150, 10, 10_000),
  },
  guidanceEmbeddings: {
    name: 'GUIDANCE_EMBEDDINGS',
    shown: '',
    about: 'finds guidance by meaning, too: local, or an address up to /v1 of an OpenAI-compatible endpoint',
    read: localOrAddress,
  },
  guidanceEmbeddingsModel: {
    name: 'GUIDANCE_EMBEDDINGS_MODEL',
    shown: '',
    about: 'its model; needed with an address',
    read: text(null),
  },
  guidanceEmbeddingsKey: {
    name: 'GUIDANCE_EMBEDDINGS_KEY',
    shown: '',
    about: 'its key, if it asks for one',
    read: text(null),
  },
  outboundAllow: {
    name: 'OUTBOUND_ALLOW',
    shown: '',
    about:
      'private addresses that bots and webhooks may have: 10.1.0.0/16, 127.0.0.1, … with commas between, or all',
    read: allowances,
  },
  webhookTimeoutMs: {
    name: 'WEBHOOK_TIMEOUT_MS',
    shown: '10000',
    about: "longest wait for the answer of a webhook's receiver",
    read: whole(10_000, 100, 60_000),
  },
  webhookRetryMs: {
    name: 'WEBHOOK_RETRY_SECONDS',
    shown: defaultRetryMs.map((ms) => ms / 1_000).join(),
    about: 'waits before each further try of a webhook',
    read: waits,
  },
  fileMaxBytes: {
    name: 'FILE_MAX_BYTES',
    shown: '10000000',
    about: 'largest file that a customer or an agent may send; 0: no files are taken',
    read: whole(10_000_000, 0, 100_000_000),
  },
  filesSiteBytes: {
    name: 'FILES_SITE_BYTES',
    shown: '2000000000',
    about: 'all files of a site together',
    read: whole(2_000_000_000, 0, 1_000_000_000_000_000),
  },
  smtpUrl: {
    name: 'SMTP_URL',
    shown: '',
    about:
      'mail server for notifications, smtp://user:password@host:587 or smtps://…; without one none are mailed',
    read: address(['smtp:', 'smtps:']),
  },
  mailFrom: {
    name: 'MAIL_FROM',
    shown: '',
    about: 'sender of e-mails: an address, or "Name <address>"; needed with SMTP_URL',
    read: mailbox,
  },
  pushServices: {
    name: 'PUSH_SERVICES',
    shown: '',
    about: 'origins, with commas between, of Web Push services besides those of the known browsers',
    read: origins,
  },
  ...signInSettings,
};

/**
 * Reads and checks all settings.
 * @throws ConfigError that names every setting that is wrong and what it must be
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const entries = Object.entries(settings).map(([key, setting]) => {
    try {
      return [key, setting.read(env[setting.name])];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(`${setting.name} ${error.message}`);
      return [key, null];
    }
  });
  const config = Object.fromEntries(entries) as Config;
  if (config.smtpUrl !== null && config.mailFrom === null) problems.push('MAIL_FROM is needed with SMTP_URL');
  const { guidanceEmbeddings: embeddings, guidanceEmbeddingsModel: model } = config;
  if (embeddings !== null && embeddings !== 'local' && model === null) {
    problems.push('GUIDANCE_EMBEDDINGS_MODEL is needed with an address in GUIDANCE_EMBEDDINGS');
  }
  problems.push(...signInProblems(config));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

/** Of bots whose site has no limits of its own. */
export const botLimitsOf = ({ botFirstByteMs, botTotalMs, botMaxBytes }: Config): Limits => ({
  firstByteMs: botFirstByteMs,
  totalMs: botTotalMs,
  maxBytes: botMaxBytes,
});

/** The settings as a table for `--help`. */
export function settingsHelp(): string {
  const rows = Object.values(settings).map(({ name, shown, about }) => {
    const fallback = shown === '' ? '' : ` (${shown})`;
    return `  ${name.padEnd(22)}${about}${fallback}`;
  });
  return rows.join('\n');
}
