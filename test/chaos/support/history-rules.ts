import { isDeepStrictEqual } from 'node:util';
import { applyFacts, emptyTranscript } from '../../../browser/transcript.ts';
import type { Fact, FactType } from '../../../protocol/conversation.ts';
import { type Command, type Line, lineOf, type Read, type Screen, type Side } from './history.ts';

/** The part of a history that is about one conversation. */
export interface Part {
  readonly conversationId: string;
  readonly commands: readonly Command[];
  readonly facts: readonly Fact[];
  readonly customerFacts: readonly Fact[];
  readonly reads: ReadonlyMap<string, readonly Read[]>;
  readonly screens: readonly Screen[];
  /** How far it had come, by position in the history. */
  readonly heads: readonly { readonly at: number; readonly seq: number }[];
}

/** Says, one line each, where it is broken. */
type Rule = (part: Part) => string[];

/** The last fact that each command leaves behind: the one whose seq is acknowledged. Messages are known by their cid. */
const factOf: Readonly<Record<string, FactType>> = {
  'handoff:request': 'handoff.requested',
  'handoff:cancel': 'handoff.cancelled',
  'handoff:accept': 'handoff.accepted',
  'handoff:transfer': 'handoff.transferred',
  'handoff:return': 'handoff.returned',
  'note:add': 'note.added',
  'answer:retry': 'answer.started',
  'answer:end': 'answer.ended',
  'feedback:give': 'feedback.given',
  'conversation:rate': 'conversation.rated',
  'handoff:rate': 'handoff.rated',
  'feedback:review': 'feedback.reviewed',
  'conversation:resolve': 'conversation.resolved',
};

/** What a message of the customer may lead to in its own commit. */
const isConsequence = (type: FactType) =>
  type === 'answer.ended' || type === 'answer.started' || isAdded(type);
/** By the policy: a person is suggested or asked for, goes up in the queue, or a promise of the bot is taken back. */
const isAdded = (type: FactType) =>
  type === 'handoff.suggested' ||
  type === 'handoff.raised' ||
  type === 'answer.corrected' ||
  type === 'handoff.requested';
const isMessage = ({ name }: Command) => name === 'message:send';
const isAcknowledged = ({ outcome }: Command) => outcome === 'acknowledged';
const told = ({ name, cid, side, seq }: Command) => `${side}'s ${name} ${cid} (acknowledged as ${seq})`;
const messagesOf = (facts: readonly Fact[], cid: string) =>
  facts.filter((fact) => fact.type === 'message.sent' && fact.cid === cid);

/** The fact of an acknowledged command: what the policy adds to it stands behind it, in the same commit. */
const ownFact = (facts: readonly Fact[], seq: number) =>
  facts.slice(0, seq).findLast(({ type, by }) => by.kind !== 'system' || !isAdded(type));

const isBy = (fact: Fact, { side, sender }: Pick<Command, 'side' | 'sender'>) =>
  fact.by.kind === 'agent' ? side === 'agent' && fact.by.id === sender : fact.by.kind === side;

/** What was acknowledged is there: exactly once, as it was said, and where the acknowledgement put it (D1, D3). */
const acknowledgedOnce: Rule = ({ commands, facts }) => {
  const takenBy = new Map<number, Command>();
  return commands.filter(isAcknowledged).flatMap((command) => {
    const { seq, cid, text } = command;
    if (seq !== null) {
      const other = takenBy.get(seq);
      if (other !== undefined) return [`${told(command)} and ${told(other)} are one fact`];
      takenBy.set(seq, command);
    }
    if (isMessage(command)) {
      const found = messagesOf(facts, cid);
      const [fact] = found;
      if (fact === undefined) return [`${told(command)} is lost`];
      if (found.length > 1) return [`${told(command)} is there ${found.length} times`];
      const isAsSaid = fact.type === 'message.sent' && fact.text === text && isBy(fact, command);
      // In the same commit the answer before is stopped and what it promised is caught, a person may be suggested, and the
      // next answer is begun; or one is asked for, in these very words.
      const behind = facts.slice(fact.seq, seq ?? fact.seq);
      const isInPlace =
        seq === null ||
        (seq >= fact.seq && behind.length <= 5 && behind.every(({ type }) => isConsequence(type)));
      return isAsSaid && isInPlace ? [] : [`${told(command)} is there as another one, seq ${fact.seq}`];
    }
    if (seq === null) return [];
    const fact = ownFact(facts, seq);
    if (fact === undefined) return [`${told(command)} is lost`];
    const isIt = fact.type === factOf[command.name] && isBy(fact, command);
    return isIt ? [] : [`${told(command)}, but there is ${fact.type} by ${fact.by.kind}`];
  });
};

/** What was not acknowledged is there once at most, what was refused not at all, and nothing that nobody has sent. */
const nothingDoubled: Rule = ({ commands, facts }) => {
  const messages = new Map(commands.filter(isMessage).map((command) => [command.cid, command]));
  const counts = new Map<string, number>();
  const wrong: string[] = [];
  for (const fact of facts) {
    if (fact.type !== 'message.sent') continue;
    const command = messages.get(fact.cid);
    const count = (counts.get(fact.cid) ?? 0) + 1;
    counts.set(fact.cid, count);
    if (command === undefined) wrong.push(`message ${fact.cid} (seq ${fact.seq}) was sent by nobody`);
    else if (command.outcome === 'refused')
      wrong.push(`refused message ${fact.cid} is there (seq ${fact.seq})`);
    else if (count > 1) wrong.push(`message ${fact.cid} is there again (seq ${fact.seq})`);
  }
  const acknowledged = new Set(
    commands.filter(isAcknowledged).map(({ seq }) => (seq === null ? null : ownFact(facts, seq)?.seq)),
  );
  for (const [name, type] of Object.entries(factOf)) {
    for (const side of ['customer', 'agent'] as const) {
      const open = commands.filter(
        (one) => one.name === name && one.side === side && one.outcome === 'unknown',
      );
      const found = facts.filter(
        (fact) => fact.type === type && fact.by.kind === side && !acknowledged.has(fact.seq),
      );
      // Those that the sender knows of by sight have no seq of their own.
      const bySight = commands.filter((one) => one.name === name && one.side === side && isAcknowledged(one));
      const most = open.length + bySight.filter(({ seq }) => seq === null).length;
      if (found.length > most)
        wrong.push(`${found.length} ${type} by ${side} that were not acknowledged; ${most} may be`);
    }
  }
  return wrong;
};

/** 1, 2, 3 … (D2). */
const withoutGaps: Rule = ({ facts }) =>
  facts.flatMap((fact, index) =>
    fact.seq === index + 1 ? [] : [`fact ${index + 1} (${fact.type}) has seq ${fact.seq}`],
  );

/** Each sender's messages stand in the order in which they were sent, but for those that were set aside (D6). */
const inSendersOrder: Rule = ({ commands, facts }) => {
  const seqs = new Map(facts.map((fact) => [fact.type === 'message.sent' ? fact.cid : '', fact.seq]));
  const last = new Map<string, { readonly seq: number; readonly cid: string }>();
  return commands.flatMap((command) => {
    const seq = seqs.get(command.cid);
    if (!isMessage(command) || seq === undefined || command.isParked) return [];
    const before = last.get(command.sender);
    last.set(command.sender, { seq, cid: command.cid });
    return before !== undefined && before.seq > seq
      ? [`${command.cid} (seq ${seq}) was sent after ${before.cid} (seq ${before.seq})`]
      : [];
  });
};

/** A command that was answered before another one was sent stands before it: one order for everybody. */
const inRealOrder: Rule = ({ commands }) => {
  const placed = commands.filter((command) => isAcknowledged(command) && command.seq !== null);
  placed.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  let latest: Command | null = null;
  return placed.flatMap((command) => {
    const before = latest;
    if (latest === null || command.invokedAt > latest.invokedAt) latest = command;
    const isLate = before !== null && (command.settledAt ?? 0) < before.invokedAt;
    return isLate ? [`${told(command)} was answered before ${told(before)} was sent`] : [];
  });
};

const seenBy = (side: Side, { facts, customerFacts }: Part) => (side === 'agent' ? facts : customerFacts);

/** The transcript of these facts, whatever was left out of them. */
const transcriptOf = (conversationId: string, facts: readonly Fact[], through: number) => {
  const event = { conversationId, after: 0, through, facts: [...facts] };
  const applied = applyFacts(emptyTranscript(conversationId), event);
  return applied.kind === 'applied' ? applied.transcript : emptyTranscript(conversationId);
};

/**
 * What a customer is given of these facts. Said here once more, beside the server's own rule, which it checks.
 */
const forCustomers = (facts: readonly Fact[]): Fact[] =>
  facts.flatMap((fact): Fact[] => {
    if (/^(note\.added|answer\.improved|handoff\.(declined|raised))$/.test(fact.type)) return [];
    if (fact.type === 'conversation.resolved' || fact.type === 'handoff.returned') {
      const { cause: _, ...shown } = fact;
      return [shown];
    }
    if (fact.type !== 'handoff.requested' || fact.because === undefined) return [fact];
    const { because: _, ...shown } = fact;
    return [{ ...shown, priority: 'normal' }];
  });

/** Both ends see the same: the agents all facts, the customer all that is not among agents, their screens what they were given. */
const sameOnBothEnds: Rule = (part) => {
  const { conversationId, facts, customerFacts, screens } = part;
  const due = forCustomers(facts);
  const at = due.findIndex((fact, index) => !isDeepStrictEqual(fact, customerFacts[index]));
  const differs = at >= 0 ? `; fact ${due[at]?.seq} (${due[at]?.type}) is another` : '';
  const wrong = isDeepStrictEqual(due, customerFacts)
    ? []
    : [`the customer is given ${customerFacts.length} facts of ${due.length}${differs}`];
  for (const { reader, side, transcript } of screens) {
    const expected = transcriptOf(conversationId, seenBy(side, part), facts.length);
    if (isDeepStrictEqual(comparable(transcript), comparable(expected))) continue;
    const shown = transcript.items.length;
    const stops =
      transcript.seq === facts.length ? '' : `, and stops at seq ${transcript.seq} of ${facts.length}`;
    wrong.push(`${reader} shows ${shown} of ${expected.items.length} lines${stops}, or shows them otherwise`);
  }
  return wrong;
};

/** Signals and JSON know no difference between a field that is undefined and one that is not there. */
const comparable = (transcript: Screen['transcript']): unknown => JSON.parse(JSON.stringify(transcript));

/** A screen never goes back, never loses a line, and never puts one in between; what it showed was so (D5). */
const readsMonotonic: Rule = (part) => {
  const { conversationId, facts, reads } = part;
  return [...reads].flatMap(([reader, own]) => {
    const side = own[0]?.side ?? 'customer';
    const expected = transcriptOf(conversationId, seenBy(side, part), facts.length).items.map(lineOf);
    const wrong: string[] = [];
    const lines: Line[] = [];
    let through = 0;
    for (const read of own) {
      if (read.through < through) wrong.push(`${reader} went back from seq ${through} to ${read.through}`);
      if (read.kept !== lines.length)
        wrong.push(
          `${reader} showed ${lines.length} lines, and then ${read.kept} of them at seq ${read.through}`,
        );
      lines.push(...read.lines);
      through = read.through;
    }
    const due = expected.filter(({ seq }) => seq <= through);
    const at = lines.findIndex((line, index) => !isDeepStrictEqual(line, due[index]));
    if (at >= 0) wrong.push(`${reader} showed "${lines[at]?.what}" where there is "${due[at]?.what}"`);
    else if (lines.length < due.length) wrong.push(`${reader} never showed "${due[lines.length]?.what}"`);
    return wrong;
  });
};

/** Whoever waits is taken by one: no acceptance without a handoff that is still open. */
const oneWinner: Rule = ({ facts }) => {
  let isOpen = false;
  return facts.flatMap((fact) => {
    const isTaken = fact.type === 'handoff.accepted' && !isOpen;
    if (fact.type === 'handoff.requested') isOpen = true;
    else if (fact.type === 'handoff.transferred') isOpen = fact.to.kind === 'queue';
    else if (/^(handoff\.(accepted|cancelled|returned)|conversation\.resolved)$/.test(fact.type))
      isOpen = false;
    return isTaken ? [`accepted at seq ${fact.seq} by ${fact.agent.name}, with nobody waiting`] : [];
  });
};

/** What had been acknowledged when the server died was in the store (D3). */
const durable: Rule = ({ commands, heads }) =>
  heads.flatMap(({ at, seq: head }) =>
    commands
      .filter(({ seq, settledAt }) => seq !== null && settledAt !== null && settledAt < at && seq > head)
      .map((command) => `${told(command)} was not in the store, which had come to ${head}`),
  );

/** Every answer that was begun has ended, one at a time: no eternal dots (D7). */
const answersEnd: Rule = ({ facts }) => {
  let running: number | null = null;
  const wrong: string[] = [];
  for (const fact of facts) {
    if (fact.type === 'answer.started') {
      if (running !== null) wrong.push(`answer ${fact.turn} was begun while ${running} ran`);
      running = fact.turn;
    } else if (fact.type === 'answer.ended') {
      if (running !== fact.turn) wrong.push(`answer ${fact.turn} was ended without running`);
      running = null;
    }
  }
  return running === null ? wrong : [...wrong, `answer ${running} never ended`];
};

export const rules = {
  acknowledgedOnce,
  nothingDoubled,
  withoutGaps,
  inSendersOrder,
  inRealOrder,
  sameOnBothEnds,
  readsMonotonic,
  oneWinner,
  durable,
  answersEnd,
} satisfies Record<string, Rule>;
export type RuleName = keyof typeof rules;
