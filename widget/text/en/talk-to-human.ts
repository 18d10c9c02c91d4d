/** The same everywhere: the way to a person never changes its words. */
export const talkToHuman = 'Talk to a human';
