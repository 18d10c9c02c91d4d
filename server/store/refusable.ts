import type { Database, Tx } from './database.ts';

/**
 * Transactions that end in a refusal: what throws `Refused` is rolled back, and its problem is the result.
 * One pair for each kind of problem, so that a refusal is what its caller knows.
 */
export function createRefusable<Problem extends string>() {
  class Refused extends Error {
    readonly problem: Problem;

    constructor(problem: Problem) {
      super(problem);
      this.problem = problem;
    }
  }
  const refusable = async <T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T | Problem> => {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (error instanceof Refused) return error.problem;
      throw error;
    }
  };
  return { Refused, refusable };
}
