import type { FastifyInstance } from 'fastify';
import { rooms } from '../../plugins/realtime.ts';

/** The address that a link went to was wrong: whoever opened it there reads no further once the customer leaves another. */
export function endLinksOfCorrectedAddresses({ bus, store, realtime, log }: FastifyInstance): void {
  const end = async (conversationId: string, email: string, seq: number) => {
    if (!(await store.identities.endLinksOfOthers(conversationId, email, seq))) return;
    realtime.customers.in(rooms.link(conversationId)).disconnectSockets();
  };
  bus.on('committed', ({ conversation: { id }, facts }) => {
    for (const fact of facts) {
      if (fact.type !== 'followup.asked') continue;
      end(id, fact.email, fact.seq).catch((error) =>
        log.error({ err: error, conversationId: id }, 'sessions of links to another address not ended'),
      );
    }
  });
}
