import type { History } from './history.ts';
import { type Part, type RuleName, rules } from './history-rules.ts';

/** Where a history breaks our word. */
export interface Violation {
  readonly rule: RuleName;
  readonly conversationId: string;
  readonly what: string;
}

/** Everything in a history that breaks our word; nothing, if we have kept it. Pure. */
export function checkHistory(history: History): Violation[] {
  return partsOf(history).flatMap((part) =>
    Object.entries(rules).flatMap(([rule, check]) =>
      check(part).map((what) => ({ rule: rule as RuleName, conversationId: part.conversationId, what })),
    ),
  );
}

/** Also conversations that only one side of the history knows: what was acknowledged there is lost. */
function partsOf({ commands, reads, screens, snapshots, endings }: History): Part[] {
  const commandsOf = Map.groupBy(commands, ({ conversationId }) => conversationId);
  const readsOf = Map.groupBy(reads, ({ conversationId }) => conversationId);
  const screensOf = Map.groupBy(screens, ({ transcript }) => transcript.conversationId);
  const endingOf = new Map(endings.map((ending) => [ending.conversationId, ending]));
  const ids = new Set([...commandsOf.keys(), ...readsOf.keys(), ...endingOf.keys()]);
  return [...ids].map((conversationId) => ({
    conversationId,
    commands: commandsOf.get(conversationId) ?? [],
    facts: endingOf.get(conversationId)?.facts ?? [],
    customerFacts: endingOf.get(conversationId)?.customerFacts ?? [],
    reads: Map.groupBy(readsOf.get(conversationId) ?? [], ({ reader }) => reader),
    screens: screensOf.get(conversationId) ?? [],
    heads: snapshots.map(({ at, heads }) => ({ at, seq: heads.get(conversationId) ?? 0 })),
  }));
}

/** For a person: each violation, with what the history has of its conversation around it. */
export function explain(violations: readonly Violation[], history: History, most = 5): string {
  const shown = violations.slice(0, most).map(({ rule, conversationId, what }) => {
    const named = new Set(what.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []);
    const commands = history.commands
      .filter((command) => named.has(command.cid))
      .map((command) => `    ${JSON.stringify(command)}`);
    const seqs = [...what.matchAll(/(?:seq|as|to) (\d+)/g)].map(([, seq]) => Number(seq));
    const facts = history.endings.find((ending) => ending.conversationId === conversationId)?.facts ?? [];
    const near = facts
      .filter((fact) => seqs.some((seq) => Math.abs(fact.seq - seq) <= 2))
      .map((fact) => `    ${JSON.stringify(fact)}`);
    return [`${rule}: ${conversationId}: ${what}`, ...commands, ...near].join('\n');
  });
  const more = violations.length > most ? [`and ${violations.length - most} more`] : [];
  return [...shown, ...more].join('\n');
}
