/**
 * Ways in which a bot can fail, to try out what the customer then sees. Only with BOT_FAULTS=1; the question has
 * to contain the word.
 *
 *   #crash  answers with status 500
 *   #hang   never answers
 *   #slow   is three seconds late, then writes slowly
 *   #stall  starts to answer and then says no more
 *   #cut    drops the connection in the middle of the answer
 *   #broken sends an event that is not JSON
 *   #empty  ends without a word
 *   #long   writes more than 20,000 characters
 */
export const faults = ['crash', 'hang', 'slow', 'stall', 'cut', 'broken', 'empty', 'long'] as const;
export type Fault = (typeof faults)[number];

/** The fault that a question asks for, and the question without it. */
export function faultIn(question: string): { fault: Fault | null; question: string } {
  const fault = faults.find((name) => question.includes(`#${name}`)) ?? null;
  return { fault, question: fault === null ? question : question.replace(`#${fault}`, '').trim() };
}
