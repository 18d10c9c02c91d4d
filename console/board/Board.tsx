import { useEffect, useState } from 'preact/hooks';
import type { BoardAgent, Board as BoardNow } from '../../protocol/agent.ts';
import { presenceWords } from '../shared/presence.ts';
import { clock, span } from '../shared/time.ts';
import { WaitingTime } from '../shared/WaitingTime.tsx';
import { useWorkplace } from '../workplace.ts';
import { createLiveBoard } from './live-board.ts';

/** How things stand right now, for whoever keeps an eye on all of it. */
export function Board() {
  const { session } = useWorkplace();
  const [live] = useState(() => createLiveBoard(session.api));
  useEffect(() => live.close, [live]);
  const board = live.board.value;
  return (
    <section class="board" aria-labelledby="board-title" aria-busy={board === null}>
      <div class="board-head">
        <h1 id="board-title">Board</h1>
        {board !== null && <p class="soft small">As of {clock(board.at)}</p>}
      </div>
      {live.hasFailed.value && (
        <p class="strip fail" role="status">
          {board === null
            ? 'The board could not be read. Trying again…'
            : 'The board could not be read anew. These are the last numbers; trying again…'}
        </p>
      )}
      {board === null ? !live.hasFailed.value && <p class="soft">Reading…</p> : <Now board={board} />}
    </section>
  );
}

function Now({ board }: { board: BoardNow }) {
  const { waiting, longestSince, withPeople, today, agents } = board;
  const online = agents.filter(({ presence }) => presence === 'online');
  const free = online.reduce((sum, { load, capacity }) => sum + Math.max(0, capacity - load), 0);
  const { timeToPersonMs } = today;
  return (
    <>
      <h2 class="board-group">Now</h2>
      <dl class="numbers">
        <Figure name="Waiting">{waiting}</Figure>
        <Figure name="Longest wait">
          {longestSince === null ? <None /> : <WaitingTime since={longestSince} />}
        </Figure>
        <Figure name="With a person">{withPeople}</Figure>
        <Figure name="Free seats">{free}</Figure>
      </dl>
      <h2 class="board-group">Today</h2>
      <dl class="numbers">
        <Figure name="Asked for a person">{today.asked}</Figure>
        <Figure name="Answered">{today.answered}</Figure>
        <Figure name="Left the queue">{today.left}</Figure>
        <Figure name="Resolved">{today.resolved}</Figure>
        <Figure name="Time to a person">
          {timeToPersonMs === null ? (
            <None />
          ) : (
            <>
              {span(timeToPersonMs.p50)}
              <span class="aside">9 of 10 within {span(timeToPersonMs.p90)}</span>
            </>
          )}
        </Figure>
      </dl>
      <h2 class="board-group">
        Agents <span class="soft">{online.length} online</span>
      </h2>
      {agents.length === 0 ? (
        <p class="soft">No agent belongs to your sites.</p>
      ) : (
        <table class="agents">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Status</th>
              <th scope="col">Customers</th>
            </tr>
          </thead>
          <tbody>
            {agents.toSorted(byPresence).map((one) => (
              <AgentRow key={one.agent.id} {...one} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

const order = { online: 0, on_phone: 1, away: 2, offline: 3 };
const byPresence = (a: BoardAgent, b: BoardAgent) =>
  order[a.presence] - order[b.presence] || a.agent.name.localeCompare(b.agent.name);

function Figure({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const None = () => <span class="soft">none</span>;

function AgentRow({ agent, presence, load, capacity }: BoardAgent) {
  const isFull = load >= capacity;
  return (
    <tr class={presence}>
      <th scope="row">{agent.name}</th>
      <td>
        <span class={`presence ${presence}`}>{presenceWords[presence]}</span>
      </td>
      <td>
        <span class="load">
          <meter min={0} max={Math.max(1, capacity)} value={Math.min(load, capacity)} aria-hidden="true" />
          <span class={isFull && presence === 'online' ? 'warn' : ''}>
            {load} of {capacity}
          </span>
        </span>
      </td>
    </tr>
  );
}
