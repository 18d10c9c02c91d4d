import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { CommandReply } from '../../protocol/commands.ts';
import type { Refusal } from '../../protocol/errors.ts';
import { protocolVersion } from '../../protocol/version.ts';

export const socketPath = '/v1/socket';

/** A socket as any program may open one: nothing of it is checked on this side. */
export function openSocket(
  url: string,
  namespace: string,
  options: Partial<ManagerOptions & SocketOptions>,
): Socket {
  return io(`${url}${namespace}`, {
    path: socketPath,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  });
}

/** Why the server refuses this connection; fails if it does not. */
export function refusalOf(url: string, namespace: string, options: Partial<ManagerOptions & SocketOptions>) {
  const socket = openSocket(url, namespace, options);
  return new Promise<{ code: string; refusal: Refusal | undefined }>((resolve, reject) => {
    socket.once('connect', () => reject(new Error('connected')));
    socket.once('connect_error', (error: Error & { data?: Refusal }) =>
      resolve({ code: error.message, refusal: error.data }),
    );
  }).finally(() => socket.disconnect());
}

export const customerAuth = (site: string, token: string, conversations: object = {}) => ({
  version: protocolVersion,
  site,
  token,
  conversations,
});

/** Sends any event with any body and waits for the answer. */
export const asking = (socket: Socket, event: string, ...body: unknown[]): Promise<CommandReply> =>
  socket.timeout(10_000).emitWithAck(event, ...body) as Promise<CommandReply>;
