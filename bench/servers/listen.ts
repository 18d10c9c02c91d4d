import { createServer, type Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';

/** Largest packet, bytes: as Handrail's own. */
const maxPacketBytes = 65_536;

/** A socket.io server with the settings that Handrail's has, so that only what is done with a message differs. */
export function createSocketServer(): { io: Server; http: HttpServer } {
  const http = createServer();
  const io = new Server(http, {
    path: '/v1/socket',
    serveClient: false,
    transports: ['websocket'],
    maxHttpBufferSize: maxPacketBytes,
    perMessageDeflate: false,
    httpCompression: false,
    allowEIO3: false,
  });
  return { io, http };
}

/** Listens on PORT and ends on SIGTERM. */
export function listen(
  io: Server,
  http: HttpServer,
  close: () => Promise<void> = async () => undefined,
): void {
  http.listen(Number(process.env.PORT), '127.0.0.1');
  process.once('SIGTERM', () => {
    io.close()
      .then(close)
      .then(
        () => process.exit(0),
        (error) => {
          console.error(error);
          process.exit(1);
        },
      );
  });
}

/** Conversations that a socket reads and may write to, named in its handshake. */
export const conversationsOf = (auth: Record<string, unknown>): string[] =>
  Array.isArray(auth.conversations) ? auth.conversations.map(String) : [];

export interface MessageBody {
  readonly cid: string;
  readonly conversationId: string;
  readonly text: string;
}
