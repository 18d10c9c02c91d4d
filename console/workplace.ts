import { effect, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Availability, Me } from '../protocol/agent.ts';
import { type Connection, createConnection } from './connection.ts';
import { type Actions, createActions } from './inbox/actions.ts';
import { type Alerts, createAlerts } from './inbox/alerts.ts';
import { createDesk, type Desk } from './inbox/desk.ts';
import { createDrafts, type Drafts } from './inbox/drafts.ts';
import { createOutbox, type Outbox } from './inbox/outbox.ts';
import type { Session } from './session.ts';

/** All that a signed-in agent works with, without a screen. */
export interface Workplace {
  readonly me: Me;
  readonly session: Session;
  readonly connection: Connection;
  readonly availability: Signal<Availability>;
  readonly desk: Desk;
  readonly actions: Actions;
  readonly alerts: Alerts;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  /** The conversation whose reply box should get the focus as soon as it is there. */
  readonly wantsReply: Signal<string | null>;
  /** The conversation that is being accepted right now. */
  readonly accepting: Signal<string | null>;
  /** What just happened instead of what the agent wanted, and to which conversation. */
  readonly notice: Signal<{ readonly conversationId: string; readonly text: string } | null>;
  setAvailability(availability: Availability): void;
  close(): void;
}

export function createWorkplace(me: Me, session: Session): Workplace {
  const connection = createConnection(session.lose);
  const availability = signal(me.availability);
  const alerts = createAlerts();
  const desk = createDesk(me.id, (row) => {
    // Who is away has asked for quiet; the row is there all the same.
    if (availability.peek() === 'online') alerts.newHandoff(row);
  });
  const outbox = createOutbox(me.id, ({ kind, cid, conversationId, text }) =>
    connection.command(kind === 'note' ? 'note:add' : 'message:send', { cid, conversationId, text }),
  );

  const stopListening = connection.on({
    desk: ({ conversations }) => desk.takeDesk(conversations),
    summary: desk.takeSummary,
    availability: (event) => {
      availability.value = event.availability;
    },
  });
  let isFirst = true;
  const stopFollowing = connection.state.subscribe((state) => {
    if (state !== 'online') return;
    desk.connected();
    outbox.flush();
    if (!isFirst) void catchUp();
    isFirst = false;
  });
  /** Another tab may have changed the availability while this one was cut off. */
  const catchUp = async () => {
    await session.refresh();
    const { value } = session.state;
    if (value.kind === 'signed_in') availability.value = value.me.availability;
  };
  const stopTitle = effect(() => {
    const waiting = desk.waiting.value.length;
    document.title = waiting === 0 ? 'Handrail' : `(${waiting}) Handrail`;
  });

  return {
    me,
    session,
    connection,
    availability,
    desk,
    actions: createActions(me.id, connection, desk, session.api),
    alerts,
    drafts: createDrafts(me.id),
    outbox,
    wantsReply: signal(null),
    accepting: signal(null),
    notice: signal(null),
    setAvailability(value) {
      availability.value = value;
      connection.signal('availability:set', { availability: value });
    },
    close() {
      stopTitle();
      stopFollowing();
      stopListening();
      outbox.close();
      alerts.close();
      connection.close();
      document.title = 'Handrail';
    },
  };
}

export const WorkplaceContext = createContext<Workplace | null>(null);

/** @throws outside of a signed-in page */
export function useWorkplace(): Workplace {
  const workplace = useContext(WorkplaceContext);
  if (workplace === null) throw new Error('nobody is signed in here');
  return workplace;
}
