import type { Site } from '../store/sites.ts';

/** The page comes from this very server: the same host that the browser sent, or the public address. */
export function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== null && origin === new URL(publicUrl).origin) return true;
  return host !== undefined && new URL(origin).host === host;
}

/** On this very machine: what one may be sure of without being told the public address. */
export const isLocal = (origin: string) =>
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin);

/** Exact scheme, host and port. A site that lists nothing can be tried out on the developer's own machine. */
export function isSiteOrigin(site: Site, origin: string): boolean {
  return site.allowedOrigins.length === 0 ? isLocal(origin) : site.allowedOrigins.includes(origin);
}
