import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { SaidBy } from '../../protocol/search.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { searchVector } from '../../server/domain/search.ts';
import { wordsOf } from '../../server/domain/words.ts';
import { UsageError } from '../options.ts';

const perConversation = 10;
const yearMs = 365 * 86_400_000;

const answers = [
  'Refunds usually take **three to five** working days after the shop has sent the money back.',
  'You can see all fees under *Account > Fees*. Transfers within the euro area are free.',
  "I'm sorry, I don't know that. A person will.",
  'To freeze your card, open **Cards**, choose the card, and press Freeze. You can undo it at any time.',
  'A top-up by card arrives at once; by bank transfer it takes up to two working days.',
];
const replies = [
  'Hello, this is {name}. I can see your payment from yesterday and look into it now.',
  'Thanks for waiting. The refund was sent this morning, it will be there in two days.',
  'I have changed that for you. Is there anything else that I can help with?',
  'Could you tell me the last four digits of the card, please? Never the whole number.',
];

/** @throws UsageError when a set is not in the folder */
function sentencesOf(folder: string | undefined): string[] {
  if (folder === undefined) return madeUp();
  const read = (...path: string[]) => {
    const file = join(folder, ...path);
    if (!existsSync(file))
      throw new UsageError(`${file} is not there; --data names the folder with the sets.`);
    return readFileSync(file, 'utf8');
  };
  const banking = ['train', 'test'].flatMap((split) =>
    (parse(read('banking77', `${split}.csv`), { columns: true }) as { text: string }[]).map(
      ({ text }) => text,
    ),
  );
  const clinc = JSON.parse(read('clinc150', 'data_full.json')) as Record<string, [string, string][]>;
  return [...banking, ...Object.values(clinc).flatMap((rows) => rows.map(([text]) => text))];
}

function madeUp(): string[] {
  const starts = [
    'Where is',
    'When do I get',
    'I did not get',
    'Please cancel',
    'Why was I charged for',
    'How do I change',
  ];
  const things = [
    'my refund',
    'my new card',
    'the transfer to my sister',
    'a top-up',
    'my PIN',
    'the exchange fee',
    'the statement for March',
  ];
  const ends = ['?', ' from last week?', ', it says pending', ' please', ' in euros?', ' and nobody answers'];
  return starts.flatMap((start) => things.flatMap((thing) => ends.map((end) => `${start} ${thing}${end}`)));
}

interface Script {
  readonly messages: number;
  readonly siteIds: readonly [string, string];
  readonly folder: string | undefined;
}

/** Conversations of a year, the same at every run, as the rows of the tables that hold them. */
export function createScript({ messages, siteIds, folder }: Script) {
  const sentences = sentencesOf(folder);
  const frequency = new Map<string, number>();
  for (const sentence of sentences) {
    for (const word of new Set(wordsOf(sentence).map(({ folded }) => folded))) {
      frequency.set(word, (frequency.get(word) ?? 0) + 1);
    }
  }
  const byFrequency = [...frequency]
    .filter(([word]) => word.length > 3)
    .sort((a, b) => b[1] - a[1])
    .map(([word]) => word);
  const common = byFrequency.slice(0, 40);
  const rare = byFrequency.slice(Math.floor(byFrequency.length / 2));
  const of = <T>(list: readonly T[], n: number): T => {
    const one = list[n % list.length];
    if (one === undefined) throw new Error('there is nothing to choose from');
    return one;
  };

  const startAt = Date.now() - yearMs;
  const conversations = Math.ceil(messages / perConversation);
  const stepMs = yearMs / conversations;
  /** Spreads numbers that follow each other. */
  const mixed = (n: number) => Math.imul(n + 1, 2_654_435_761) >>> 0;
  const idOf = (n: number, kind: string) => {
    const hex = createHash('md5').update(`${kind} ${n}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const makeConversation = (n: number) => {
    const isHuman = n >= conversations - 200;
    const agent = { id: `agent-${mixed(n) % 50}`, name: `Agent ${mixed(n) % 50}` };
    const createdAt = Math.floor(startAt + n * stepMs);
    const siteId = n % 10 === 0 ? siteIds[1] : siteIds[0];
    return {
      id: idOf(n, 'conversation'),
      customerId: idOf(n, 'customer'),
      siteId,
      createdAt,
      agent,
      isHuman,
    };
  };
  let kept = { n: -1, made: makeConversation(0) };
  /** Its lines ask for it one after another. */
  const conversationAt = (n: number) => {
    if (kept.n !== n) kept = { n, made: makeConversation(n) };
    return kept.made;
  };
  const line = (n: number, index: number): { text: string; author: SaidBy } => {
    const number = mixed(n * perConversation + index);
    if (index === 7) return { text: `checked with billing, ticket ${number % 100_000}`, author: 'note' };
    if (index < 6 && index % 2 === 1) return { text: of(answers, number), author: 'bot' };
    if (index > 6 && index % 2 === 0)
      return { text: of(replies, number).replace('{name}', `Agent ${number % 50}`), author: 'agent' };
    // Numbers and names that nobody else has, as customers write them.
    return {
      text: `${of(sentences, number)}${number % 7 === 0 ? ` order ${number % 1_000_000}` : ''}`,
      author: 'customer',
    };
  };
  const factOf = (n: number, index: number, at: number) => {
    const { text, author } = line(n, index);
    const base = { seq: index + 1, at };
    if (author === 'bot') {
      return {
        type: 'answer.ended',
        ...base,
        by: { kind: 'bot' },
        turn: index,
        outcome: 'answered',
        text,
        sources: [],
        failure: null,
      };
    }
    const by = author === 'customer' ? { kind: 'customer' } : { kind: 'agent', ...conversationAt(n).agent };
    if (author === 'note') return { type: 'note.added', ...base, by, text };
    return { type: 'message.sent', ...base, by, cid: idOf(n * perConversation + index, 'cid'), text };
  };
  /** As COPY's text format wants it. */
  const row = (...values: (string | number | boolean | null)[]) =>
    `${values.map((value) => (value === null ? '\\N' : String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t'))).join('\t')}\n`;
  const each = (rowsOf: (n: number) => string) =>
    function* rows() {
      for (let n = 0; n < conversations; n += 1) yield rowsOf(n);
    };
  const lines = (rowOf: (n: number, index: number, at: number) => string) =>
    each((n) => {
      const { createdAt } = conversationAt(n);
      return Array.from({ length: perConversation }, (_, index) =>
        rowOf(n, index, createdAt + index * 20_000),
      ).join('');
    });

  return {
    startAt,
    common: (n: number) => of(common, n),
    rare: (n: number) => of(rare, n * 7),
    /** Two words that stand beside each other somewhere. */
    pair(n: number) {
      const words = wordsOf(of(sentences, mixed(n))).map(({ folded }) => folded);
      return words.slice(0, 2).join(' ');
    },
    tables: {
      'customers (id, site_id, secret_hash, created_at)': each((n) => {
        const { customerId, siteId, createdAt } = conversationAt(n);
        return row(customerId, siteId, `\\x${customerId.replaceAll('-', '')}`, createdAt);
      }),
      'conversations (id, site_id, customer_id, state, seq, status, created_at, topic, last_text, last_author, last_at, waiting_since, reason, priority, agent_id, agent_name, downvotes, context, resolved_at)':
        each((n) => {
          const { id, siteId, customerId, createdAt, agent, isHuman } = conversationAt(n);
          const lastAt = createdAt + perConversation * 20_000;
          const state = isHuman
            ? {
                ...unstarted,
                seq: perConversation,
                status: 'human',
                agent,
                since: createdAt,
                waited: null,
                firstReplyAt: createdAt,
              }
            : {
                ...unstarted,
                seq: perConversation,
                status: 'resolved',
                lastAgent: agent,
                by: { kind: 'agent', ...agent },
                at: lastAt,
                outcome: 'solved',
              };
          return row(
            id,
            siteId,
            customerId,
            JSON.stringify(state),
            perConversation,
            isHuman ? 'human' : 'resolved',
            createdAt,
            line(n, 0).text,
            line(n, perConversation - 1).text,
            'customer',
            lastAt,
            null,
            null,
            'normal',
            isHuman ? agent.id : null,
            isHuman ? agent.name : null,
            0,
            '{}',
            isHuman ? null : lastAt,
          );
        }),
      'facts (conversation_id, seq, type, at, body)': lines((n, index, at) => {
        const body = factOf(n, index, at);
        return row(conversationAt(n).id, index + 1, body.type, at, JSON.stringify(body));
      }),
      'search_lines (conversation_id, seq, line, at, words)': lines((n, index, at) => {
        const { text, author } = line(n, index);
        const { id, siteId } = conversationAt(n);
        return row(id, index + 1, 0, at, searchVector(text, author, siteId));
      }),
      'search_heads (conversation_id, seq, status, agent_id)': each((n) => {
        const { id, agent, isHuman } = conversationAt(n);
        return row(id, perConversation, isHuman ? 'human' : 'resolved', agent.id);
      }),
    },
  };
}
