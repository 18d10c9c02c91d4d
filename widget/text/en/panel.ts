import { ordinal, plural } from './numbers.ts';
import { talkToHuman } from './talk-to-human.ts';

/** The words of the panel before anything has been said in it. */
export const panelText = {
  title: 'Help',
  talkToHuman,
  closeChat: 'Close chat',
  unread: (count: number) => plural(count, 'new message', 'new messages'),

  // Who is speaking now, and the way to a person.
  stateBot: 'AI assistant · can be wrong',
  stateAsked: 'AI assistant · asking for a person',
  stateWaiting: 'Waiting for a person · keep asking here',
  stateHuman: 'A person is here',
  stateResolved: 'This conversation has ended',
  asking: 'Asking our team…',
  askingOffline: "Asking once you're online",
  inLine: 'In line',
  inLineShort: (place: number) => `In line · ${ordinal(place)}`,
  place: (place: number) => (place === 1 ? "You're next" : `${ordinal(place)} in line`),
  cancel: 'Cancel',
  cancelling: 'Leaving…',
  cancelLabel: 'Cancel: leave the line',
  support: (name: string) => `${name} · Support`,
  joinedAt: (time: string) => `joined ${time}`,

  // The first sight.
  firstSight: "You're talking to an AI assistant. It can be wrong. A person is one tap away.",
  suggestions: 'Questions to start with',
  answeredBy: (who: string) => `Answered by AI · run by ${who}`,
  answeredByAi: 'Answered by AI',
  withPerson: (name: string) => `You're writing with ${name}, a person`,
  about: 'About this assistant',
  aboutShort: 'About',
  conversationLoading: 'Loading the conversation…',
  conversationFailed: 'The conversation could not be shown. What you wrote is kept.',
  tryAgain: 'Try again',
  discard: 'Discard',

  // The composer.
  message: 'Your message',
  askAnything: 'Ask anything',
  writeMessage: 'Write a message',
  writeTo: (name: string) => `Write to ${name}`,
  writeAgain: 'Write to open it again',
  sendMessage: 'Send message',
  charactersLeft: (count: number) => plural(count, 'character left', 'characters left'),
  tooLong: (count: number) => `${plural(count, 'character', 'characters')} too long`,

  // When something is in the way.
  offline: "You're offline. What you write is kept and sent when you're back.",
  outOfDate: 'This page is out of date. Reload it to go on.',
  reload: 'Reload',
  notSetUp: 'This chat is not set up for this page.',
  refused: 'The chat cannot be reached from this page right now. Reload it to try again.',
  notSentRequest: 'Your request for a person was not sent.',
  notSentOther: 'Your last click was not sent.',
};
