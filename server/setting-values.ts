import { isAllowance } from './bots/addresses.ts';
import { defaultRetryMs } from './domain/webhook-plan.ts';

/** A setting that cannot be used; says what it must be. */
export class ConfigError extends Error {}

/* Readers of settings: text of the environment in, a checked value out. @throws ConfigError */

export const text =
  <T extends string | null>(fallback: T) =>
  (value: string | undefined): string | T =>
    value === undefined || value === '' ? fallback : value;

export const whole = (fallback: number, least: number, most: number) => (value: string | undefined) => {
  if (value === undefined || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new ConfigError(`must be a whole number from ${least} to ${most}, not "${value}"`);
  }
  return number;
};

export const choice = (fallback: string, choices: readonly string[]) => (value: string | undefined) => {
  if (value === undefined || value === '') return fallback;
  if (!choices.includes(value)) throw new ConfigError(`must be one of ${choices.join(', ')}, not "${value}"`);
  return value;
};

export const address = (protocols: readonly string[]) => (value: string | undefined) => {
  if (value === undefined || value === '') return null;
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    throw new ConfigError(
      `must be an address that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );
  }
  return value.replace(/\/+$/, '');
};

const web = address(['http:', 'https:']);
export const localOrAddress = (value: string | undefined) => (value === 'local' ? value : web(value));

export const origin = (value: string | undefined) => {
  const url = web(value);
  // Links and cookies are made for a whole host: a path would be dropped from some and kept in others.
  if (url !== null && new URL(url).origin !== url) {
    throw new ConfigError(`must be scheme, host and port alone, such as ${new URL(url).origin}`);
  }
  return url;
};

/** `a@b.example`, or `Name <a@b.example>`, in one line. */
export const mailbox = (value: string | undefined) => {
  if (value === undefined || value === '') return null;
  const address = /^[^<>"\p{Cc}]*<([^<>]+)>$/u.exec(value)?.[1] ?? value;
  if (!/^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(address)) {
    throw new ConfigError(`must be an e-mail address, or "Name <address>", not "${value}"`);
  }
  return value;
};

const listed = (value = '') =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export const origins = (value: string | undefined) => listed(value).map((one) => origin(one) ?? one);

export const allowances = (value: string | undefined) => {
  const wrong = listed(value).find((one) => !isAllowance(one));
  if (wrong === undefined) return listed(value);
  throw new ConfigError(`must be addresses, ranges such as 10.1.0.0/16, or all, not "${wrong}"`);
};

export const waits = (value: string | undefined) => {
  const all = listed(value).map(Number);
  if (all.length === 0) return defaultRetryMs;
  if (all.length <= 30 && all.every((s) => s >= 0 && s <= 86_400)) return all.map((s) => s * 1_000);
  throw new ConfigError('must be seconds with commas between, 30 at most and none above 86400');
};
