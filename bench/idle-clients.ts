/**
 * Holds idle sockets in a process of its own, as its memory must not be taken for the server's. Told what to open by
 * its parent, says when all are open, and ends when the parent lets go.
 */
import { command } from './handrail.ts';
import { openWire, type Wire } from './wire.ts';

export interface IdleClients {
  readonly url: string;
  readonly namespace: string;
  readonly handshakes: readonly { readonly auth: object; readonly conversationId: string }[];
  /** Whether each conversation is begun: a person asked for, and the call taken back. */
  readonly begins: boolean;
}

export type IdleReport = { readonly opened: number } | { readonly problem: string };

/** Sockets that are being opened at the same time. */
const together = 20;

async function open({ url, namespace, handshakes, begins }: IdleClients): Promise<void> {
  const waiting = [...handshakes];
  const wires: Wire[] = [];
  const onLost = (why: string) => report({ problem: `a socket was lost: ${why}` });
  const openSome = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { auth, conversationId } = next;
      const wire = await openWire({ url, namespace, auth, onEvent: () => undefined, onLost });
      wires.push(wire);
      if (!begins) continue;
      await command(wire, 'handoff:request', conversationId);
      await command(wire, 'handoff:cancel', conversationId);
    }
  };
  await Promise.all(Array.from({ length: together }, openSome));
  report({ opened: wires.length });
}

const report = (told: IdleReport) => void process.send?.(told);

process.on('message', (told: IdleClients) => {
  open(told).catch((error: unknown) => report({ problem: String(error) }));
});
process.on('disconnect', () => process.exit(0));
