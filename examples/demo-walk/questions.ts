import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/**
 * The first questions of a CSV file with a header: its column `text`, or the first one.
 * @throws Error if the file can't be read or has no question
 */
export function readQuestions(file: string, limit: number): string[] {
  const [header, ...rows]: string[][] = parse(readFileSync(file), { bom: true, relaxColumnCount: true });
  const column = Math.max(0, header?.indexOf('text') ?? 0);
  const questions = rows.flatMap((row) => row[column]?.trim() || []).slice(0, limit);
  if (questions.length === 0) throw new Error(`${file} has no questions below its header`);
  return questions;
}

/** Deals questions out to customers, one after the other, so that each gets a mix. */
export function deal(questions: readonly string[], customers: number): string[][] {
  const hands = Array.from({ length: Math.min(customers, questions.length) }, (): string[] => []);
  for (const [index, question] of questions.entries()) hands[index % hands.length]?.push(question);
  return hands;
}

/** A small seeded random source (mulberry32), so that a walk can be played again. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
