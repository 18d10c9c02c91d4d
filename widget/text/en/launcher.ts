import { talkToHuman } from './talk-to-human.ts';

/** The words of the closed launcher: all that is loaded before the chat is used. */
export const launcherText = {
  region: 'Help',
  ask: 'Ask',
  close: 'Close',
  talkToHuman,
  opening: 'Opening…',
  loadFailed: 'The chat could not be loaded. Try again.',
};
