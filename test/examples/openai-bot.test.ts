import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BotTurn } from '../../protocol/bot.ts';
import { loopbackRanges } from '../../server/bots/addresses.ts';
import { collectReply } from '../../server/bots/collect.ts';
import { createOpenAiBot } from '../../server/bots/openai.ts';
import { createOutbound } from '../../server/bots/outbound.ts';

const program = fileURLToPath(new URL('../../examples/openai-bot/main.ts', import.meta.url));
const call = createOutbound({ allowPrivate: loopbackRanges });
let child: ChildProcess;
let url: string;

beforeAll(async () => {
  const started = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: '0', API_KEY: 'sk-example', PACE_MS: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const [line] = await once(createInterface({ input: started.stdout }), 'line');
  url = /http:\S+/.exec(String(line))?.[0] ?? '';
});
afterAll(async () => {
  const exited = once(child, 'exit');
  child.kill();
  await Promise.all([exited, call.close()]);
});

async function ask(text: string, more: Partial<BotTurn> = {}, key = 'sk-example') {
  const pieces: string[] = [];
  const end = await collectReply(
    createOpenAiBot({ url, key, model: 'any', instructions: 'You help.' }, { call }),
    {
      version: 1,
      site: 'pk_test',
      conversation: '0198c0de-0000-7000-8000-000000000001',
      turn: 1,
      text,
      history: [],
      customer: { id: '0198c0de-0000-7000-8000-000000000002' },
      ...more,
    },
    { firstByteMs: 20_000, totalMs: 40_000 },
    new AbortController().signal,
    (_offset, piece) => pieces.push(piece),
  );
  return { ...end, pieces };
}

describe('the example of an OpenAI-compatible endpoint', () => {
  test('streams an answer, word by word', async () => {
    const { text, outcome, pieces } = await ask('When comes my refund?');
    expect({ text, outcome }).toEqual({
      text: 'Refunds take **five days**, to the card you paid with.',
      outcome: 'answered',
    });
    expect(pieces.length).toBeGreaterThan(5);
  });

  test('knows what a person has decided', async () => {
    const handback = { agent: 'Ana', decision: 'Refund of "12.50" granted.', at: 1_764_000_000_000 };
    expect(await ask('And my refund?', { handback })).toMatchObject({
      text: 'A colleague has decided: Refund of "12.50" granted.',
    });
  });

  test('brings in a person, and says when it does not know', async () => {
    expect(await ask('I want to complain')).toMatchObject({
      handoff: 'The customer wrote: I want to complain',
      failure: null,
    });
    expect(await ask('What is the moon made of?')).toMatchObject({ outcome: 'unknown', handoff: null });
  });

  test('takes nobody without the key', async () => {
    expect(await ask('hello', {}, 'sk-other')).toMatchObject({ outcome: 'failed', failure: 'rejected' });
  });
});
