import { type Judgement, judge, turnsLookedAt } from '../domain/policy/judge.ts';
import { findPromise } from '../domain/policy/promises.ts';
import type { PolicyReason } from '../domain/policy/reasons.ts';
import { defaultThresholds } from '../domain/policy/thresholds.ts';
import type { Transcript } from './audit-transcripts.ts';
import { number } from './progress.ts';

const examplesShown = 3;

const wordsOf: Readonly<Record<Exclude<PolicyReason, 'customer_said' | 'bot_promised'>, string>> = {
  bot_failed: 'the bot failed',
  bot_unsure: 'the bot had no answer',
  bot_repeated: 'the bot repeated itself',
  customer_rephrased: 'the customer asked again in other words',
  downvotes: 'the customer judged answers down',
  anger: 'the customer was angry',
  asked_if_bot: 'the customer asked whether it is a bot',
};

interface Example {
  readonly id: string;
  readonly turn: number;
  readonly evidence: string;
}

interface Finding {
  turns: number;
  readonly conversations: { count: number; last: number };
  readonly examples: Example[];
}

/** Gathers counts and the first examples over all transcripts; what it keeps does not grow with their number. */
export function createAuditReport() {
  let conversations = 0;
  let customerTurns = 0;
  const findings = new Map<PolicyReason, Finding>();

  function note(reason: PolicyReason, example: Example) {
    const finding = findings.get(reason) ?? { turns: 0, conversations: { count: 0, last: -1 }, examples: [] };
    findings.set(reason, finding);
    finding.turns += 1;
    if (finding.conversations.last !== conversations) {
      finding.conversations.count += 1;
      finding.conversations.last = conversations;
      // One of each conversation, so that the examples differ.
      if (finding.examples.length < examplesShown) finding.examples.push(example);
    }
  }

  const rows = (told: readonly (readonly [PolicyReason, string])[]): string[] =>
    told.flatMap(([reason, words]) => {
      const { turns, conversations: of, examples } = findings.get(reason) ?? none;
      const head = `  ${words.padEnd(44)}${number(turns).padStart(10)}${number(of.count).padStart(16)}`;
      return [head, ...examples.map(({ id, turn, evidence }) => `      ${id}, turn ${turn}: "${evidence}"`)];
    });

  return {
    add({ id, turns }: Transcript) {
      conversations += 1;
      const shown = shownOf(id, 60);
      turns.forEach(({ author, text }, turn) => {
        const promise = author === 'bot' ? findPromise(text) : null;
        if (promise !== null) note('bot_promised', { id: shown, turn, evidence: shownOf(promise.quote) });
        if (author === 'customer') customerTurns += 1;
        // A bot's turn shows at the customer's turn after it; the last one has none.
        else if (turn < turns.length - 1) return;
        const { decision, reason, evidence }: Judgement = judge(
          turns.slice(Math.max(0, turn + 1 - turnsLookedAt), turn + 1),
          defaultThresholds,
        );
        if (decision === 'none' || reason === null || reason === 'bot_promised') return;
        note(reason, { id: shown, turn, evidence: shownOf(evidence) });
      });
    },
    lines(): string[] {
      const offers = Object.entries(wordsOf) as [PolicyReason, string][];
      return [
        `${number(conversations)} conversations with ${number(customerTurns)} customer turns`,
        '',
        `${' '.repeat(46)}${'turns'.padStart(10)}${'conversations'.padStart(16)}`,
        'A person was wanted',
        ...rows([['customer_said', 'the customer asked for one']]),
        'A person should have been offered',
        ...rows(offers.filter(([reason]) => findings.has(reason))),
        ...(offers.some(([reason]) => findings.has(reason)) ? [] : ['  never']),
        'A person or a follow-up was promised (did one come?)',
        ...rows([['bot_promised', 'the bot promised one']]),
      ];
    },
  };
}

const none: Finding = { turns: 0, conversations: { count: 0, last: -1 }, examples: [] };

/** Text from a transcript, fit for a terminal: control characters in it could rewrite what stands there. */
const shownOf = (text: string, most = 100) => {
  const plain = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
};
