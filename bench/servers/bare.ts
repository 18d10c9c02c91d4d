/**
 * The yardstick: a relay that socket.io makes by itself. It keeps nothing, checks nothing but the room, promises
 * nothing: what is lost is lost. How near Handrail comes to it is what its promise costs.
 */
import { conversationsOf, createSocketServer, listen, type MessageBody } from './listen.ts';

const { io, http } = createSocketServer();

io.on('connection', (socket) => {
  void socket.join(conversationsOf(socket.handshake.auth));
  socket.on('message:send', ({ cid, conversationId, text }: MessageBody, reply: (answer: object) => void) => {
    if (!socket.rooms.has(conversationId)) return reply({ ok: false, code: 'not_found' });
    io.to(conversationId).emit('facts', { conversationId, facts: [{ at: Date.now(), cid, text }] });
    reply({ ok: true });
  });
});

listen(io, http);
