import fc from 'fast-check';
import type { FeedbackAbout } from '../../protocol/feedback.ts';
import type { Command } from '../../server/domain/command.ts';
import { agent, cid, comment } from './arbitraries.ts';

/** A reviewer's word on any feedback, also on what was never said. */
export const reviewed: fc.Arbitrary<() => Command> = fc
  .record({
    about: fc.constantFrom<FeedbackAbout>(1, 2, 'conversation', 'handoff'),
    status: fc.constantFrom('looked_at', 'changed', 'not_changed'),
    word: comment,
    agent,
  })
  .map(({ agent, ...said }) => () => ({
    from: 'agent',
    agent,
    command: { name: 'feedback:review', cid, ...said },
  }));

export const handoffRated: fc.Arbitrary<() => Command> = fc
  .boolean()
  .map((hadToRepeat) => () => ({ from: 'customer', command: { name: 'handoff:rate', cid, hadToRepeat } }));
