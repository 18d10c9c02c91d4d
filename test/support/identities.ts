import { createHmac } from 'node:crypto';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT made by hand, so that it can be wrong in every way; without a secret it has no signature. */
export function handMade(
  secret: string | null,
  claims: object,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const signed = `${part(header)}.${part(claims)}`;
  const signature = secret === null ? '' : createHmac('sha256', secret).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}

export const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** What a company's backend says about one of its customers, for an hour. */
export const identityOf = (secret: string, sub: string, more: object = {}): string =>
  handMade(secret, { sub, iat: nowSeconds(), exp: nowSeconds() + 3_600, ...more });
