import { describeContract } from './contract.ts';
import type { Dialect } from './dialect.ts';
import { heardOf } from './heard-called.ts';
import { describeHeard } from './heard-contract.ts';

/** The contract of an adapter, and what is heard of it through a server. Call once for each, at the top of a test file. */
export function describeBoth(dialect: Dialect): void {
  describeContract(dialect);
  describeHeard(heardOf(dialect));
}
