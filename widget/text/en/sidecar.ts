import type { Text } from '../text.ts';

/** Lines that say something else where the assistant lives in the page's own chat and this one is for people. */
export const sidecarText = {
  ask: 'Conversation',
  firstSight: 'Here you write with a person. The assistant stays where it was.',
  stateBot: 'No person is here right now',
  stateAsked: 'Asking for a person',
  stateWaiting: 'Waiting for a person · you can write already',
  askAnything: 'Write to our team',
  writeMessage: 'Write to our team',
  answeredBy: (who: string) => `Run by ${who}`,
  answeredByAi: 'You write with a person here',
  waitingNote: "We can't tell yet how long it takes. You can write here already: they will see it.",
  waitRange: (from: number, to: number) =>
    `Usually ${from === to ? `${to} min` : `${from}-${to} min`}. You can write here already: they will see it.`,
  cancelled: 'You left the line.',
  returned: (name: string) => `${name} has left.`,
  returnedWith: (name: string, decision: string) => `${name} has left. What was decided: ${decision}`,
  reopened: 'Open again.',
  answering: 'Passing it on',
  notSentOther: 'Something you shared or clicked was not sent.',
  askedBecause: {
    customer_asked: 'Asked for a person',
    customer_said: 'You asked for a person, so we are asking our team',
    bot_asked: 'You wrote to our team, so we are asking for a person',
    bot_promised: 'The assistant promised you a person, so we are asking our team',
    promise_missed: 'Sorry, we missed our promise',
    guidance: 'This is for a person, so we are asking our team',
  },
} satisfies Partial<Text>;
