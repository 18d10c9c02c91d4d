import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { emptySummary } from '../../server/domain/summary.ts';
import { createGroupCommit, type Order } from '../../server/plugins/group-commit.ts';
import type { Commit, Fate } from '../../server/store/commits.ts';
import type { StoredConversation } from '../../server/store/conversation-row.ts';

interface Say extends Order {
  readonly word: string;
  /** Cannot be decided without the lock. */
  readonly isHard?: boolean;
}

/**
 * A store in memory with the rules of the real one, whose waits a test decides: a statement takes effect when it is
 * let go, and somebody else may write in between.
 */
function createStage(options: { pause?: () => Promise<void> } = {}) {
  const { pause = () => Promise.resolve() } = options;
  const rows = new Map<string, { words: string[]; cids: Set<string> }>();
  const batches: number[] = [];
  const calls = { alone: 0, outrun: 0 };
  const told: string[] = [];
  let failure: Error | null = null;

  const stored = (id: string): StoredConversation => ({
    id,
    siteId: 'site',
    customerId: 'customer',
    state: { ...unstarted, seq: rows.get(id)?.words.length ?? 0 },
    summary: emptySummary(0),
  });
  const step = (order: Say, before: StoredConversation) => {
    const seq = before.state.seq + 1;
    const fact = {
      type: 'note.added',
      seq,
      at: 0,
      by: { kind: 'system' },
      text: order.word,
    } as const satisfies Fact;
    const { senderId, cid } = order;
    const commands = cid === null ? [] : [{ senderId, cid, bodyHash: '', seq, at: 0 }];
    const conversation = { ...before, state: { ...before.state, seq } };
    return {
      order,
      before,
      commit: {
        after: before.state.seq,
        conversation,
        facts: [fact],
        commands,
        isOnlySaid: true,
        isStateKept: false,
        leaseUntil: 0,
      },
    };
  };
  const write = ({ conversation, facts, commands }: Commit) => {
    const row = rows.get(conversation.id) ?? { words: [], cids: new Set<string>() };
    rows.set(conversation.id, row);
    for (const fact of facts) if (fact.type === 'note.added') row.words.push(fact.text);
    for (const { cid } of commands) row.cids.add(cid);
  };
  const fateOf = (commit: Commit): Fate => {
    const row = rows.get(commit.conversation.id);
    if (commit.commands.some(({ cid }) => row?.cids.has(cid))) return 'repeated';
    return row?.words.length === commit.after ? 'saved' : 'outrun';
  };

  const submit = createGroupCommit<Say, string>({
    async load(ids) {
      await pause();
      return ids.filter((id) => rows.has(id)).map(stored);
    },
    decide: (order, known) => (order.isHard ? null : step(order, known)),
    async save(commits) {
      batches.push(commits.reduce((sum, { facts }) => sum + facts.length, 0));
      await pause();
      if (failure !== null) throw failure;
      const fates = commits.map((commit) => {
        const fate = fateOf(commit);
        if (fate === 'saved') write(commit);
        else if (fate === 'outrun') calls.outrun += 1;
        return fate;
      });
      await pause();
      return fates;
    },
    async alone(order) {
      calls.alone += 1;
      await pause();
      const row = rows.get(order.conversationId);
      if (order.cid !== null && row?.cids.has(order.cid)) {
        return { result: `again ${order.word}`, conversation: stored(order.conversationId) };
      }
      const { commit } = step(order, stored(order.conversationId));
      write(commit);
      told.push(order.word);
      await pause();
      return { result: `alone ${order.word}`, conversation: commit.conversation };
    },
    onSaved(steps) {
      told.push(...steps.map(({ order }) => order.word));
    },
    resultOf: ({ order }) => `saved ${order.word}`,
    isHarmless: (error) => error instanceof Error && error.message === 'refused by the store',
  });

  return {
    rows,
    batches,
    calls,
    told,
    submit,
    begin: (id: string) => rows.set(id, { words: [], cids: new Set() }),
    /** Another process writes. */
    elsewhere: (id: string, word: string) => rows.get(id)?.words.push(word),
    failWith(error: Error | null) {
      failure = error;
    },
  };
}

const say = (conversationId: string, word: string, more: Partial<Say> = {}): Say => ({
  conversationId,
  senderId: 'customer',
  cid: word,
  word,
  ...more,
});

/** Lets go one step at a time: `pause` waits until the test says so. */
function createGate() {
  let waiting: (() => void)[] = [];
  return {
    pause: () => new Promise<void>((resolve) => void waiting.push(resolve)),
    async open() {
      await new Promise((resolve) => setImmediate(resolve));
      const now = waiting;
      waiting = [];
      for (const go of now) go();
    },
    isIdle: () => waiting.length === 0,
  };
}

describe('group commit', () => {
  test('a lone order goes at once and by itself', async () => {
    const stage = createStage();
    stage.begin('a');
    await stage.submit(say('a', 'first'));
    expect(await stage.submit(say('a', 'second'))).toBe('saved second');
    expect(stage.batches).toEqual([1, 1]);
  });

  test('what arrives while a batch is under way goes together in the next', async () => {
    const gate = createGate();
    const stage = createStage(gate);
    const ids = Array.from({ length: 50 }, (_, index) => `c${index}`);
    for (const id of ids) stage.begin(id);
    const done = Promise.all(
      ids.flatMap((id) => [stage.submit(say(id, `${id} 1`)), stage.submit(say(id, `${id} 2`))]),
    );
    let isDone = false;
    void done.then(() => {
      isDone = true;
    });
    while (!isDone) await gate.open();
    expect(await done).toHaveLength(100);
    expect(stage.batches.length, 'a hundred orders share a few statements').toBeLessThanOrEqual(4);
    for (const id of ids) expect(stage.rows.get(id)?.words).toEqual([`${id} 1`, `${id} 2`]);
  });

  test('[D1] the same command twice at once is carried out once, and the second is told so', async () => {
    const stage = createStage();
    stage.begin('a');
    await stage.submit(say('a', 'known'));
    const replies = await Promise.all([
      stage.submit(say('a', 'x')),
      stage.submit(say('a', 'x')),
      stage.submit(say('a', 'y')),
    ]);
    expect(replies).toEqual(['saved x', 'again x', expect.stringMatching(/ y$/)]);
    expect(stage.rows.get('a')?.words).toEqual(['known', 'x', 'y']);
  });

  test('outrun by another process it reads again and decides again', async () => {
    const stage = createStage();
    stage.begin('a');
    await stage.submit(say('a', 'mine'));
    stage.elsewhere('a', 'theirs');
    expect(await stage.submit(say('a', 'mine too'))).toBe('saved mine too');
    expect(stage.rows.get('a')?.words).toEqual(['mine', 'theirs', 'mine too']);
    expect(stage.calls).toEqual({ alone: 0, outrun: 1 });
  });

  test('outrun again and again it waits for the lock in the end', async () => {
    const stage = createStage({
      // Somebody else is always faster.
      pause: async () => void stage.elsewhere('a', 'theirs'),
    });
    stage.begin('a');
    expect(await stage.submit(say('a', 'mine'))).toBe('alone mine');
  });

  test('what one command breaks does not take the others of its batch with it', async () => {
    const stage = createStage();
    for (const id of ['a', 'b']) stage.begin(id);
    await Promise.all([stage.submit(say('a', '1')), stage.submit(say('b', '1'))]);
    stage.failWith(new Error('refused by the store'));
    const replies = await Promise.all([stage.submit(say('a', '2')), stage.submit(say('b', '2'))]);
    expect(replies).toEqual(['alone 2', 'alone 2']);
  });

  test('[D3] with the store away nothing is acknowledged, and what is asked again afterwards happens once', async () => {
    const stage = createStage();
    stage.begin('a');
    await stage.submit(say('a', '1'));
    stage.failWith(new Error('connection lost'));
    await expect(stage.submit(say('a', '2'))).rejects.toThrow('connection lost');
    stage.failWith(null);
    expect(await stage.submit(say('a', '2'))).toMatch(/ 2$/);
    expect(stage.rows.get('a')?.words).toEqual(['1', '2']);
  });

  test('[D1] [D2] [D3] whatever happens in whatever order: each word once, each sender in order, told as saved', async () => {
    const action = fc.record({
      conversation: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom('say', 'say', 'say', 'hard', 'again', 'elsewhere'),
      opens: fc.nat({ max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const gate = createGate();
        const stage = createStage(gate);
        const sent = new Map<string, string[]>();
        const replies: Promise<string>[] = [];
        let foreign = 0;
        for (const id of ['a', 'b']) stage.begin(id);
        for (const [index, { conversation: id, kind, opens }] of actions.entries()) {
          const words = sent.get(id) ?? [];
          sent.set(id, words);
          const earlier = words[index % Math.max(1, words.length)];
          if (kind === 'elsewhere') {
            if (stage.rows.has(id)) {
              foreign += 1;
              stage.elsewhere(id, 'theirs');
            }
          } else if (kind === 'again' && earlier !== undefined) replies.push(stage.submit(say(id, earlier)));
          else {
            words.push(`${id} ${index}`);
            replies.push(stage.submit(say(id, `${id} ${index}`, { isHard: kind === 'hard' })));
          }
          for (let open = 0; open < opens; open += 1) await gate.open();
        }
        let isDone = false;
        const all = Promise.all(replies).then((done) => {
          isDone = true;
          return done;
        });
        while (!isDone) await gate.open();
        const done = await all;
        for (const [id, words] of sent) {
          const kept = stage.rows.get(id)?.words.filter((word) => word !== 'theirs') ?? [];
          expect(kept, 'each once, in the order in which they were sent').toEqual(words);
          expect(
            stage.told.filter((word) => word.startsWith(`${id} `)),
            'told in the order of seq',
          ).toEqual(words);
        }
        const written = [...stage.rows.values()].reduce((sum, { words }) => sum + words.length, 0);
        expect(written).toBe([...sent.values()].flat().length + foreign);
        expect(done.filter((reply) => !reply.startsWith('again'))).toHaveLength(
          [...sent.values()].flat().length,
        );
      }),
      { numRuns: 200 },
    );
  });
});
