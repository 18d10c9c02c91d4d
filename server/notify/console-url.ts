import type { Server } from 'node:http';

/** The conversation in the console; as agents on this machine reach it, as long as no PUBLIC_URL says otherwise. */
export const consoleUrl = (server: Server, publicUrl: string | null, conversationId: string): string =>
  consolePageUrl(server, publicUrl, `c/${conversationId}`);

/** A page of the console, likewise. */
export function consolePageUrl(server: Server, publicUrl: string | null, path: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 8080;
  return `${publicUrl ?? `http://localhost:${port}`}/console/${path}`;
}
