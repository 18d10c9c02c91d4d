/** The names of the two thumbs, the same wherever an answer is judged. */
export const good = 'Good answer';
export const bad = 'Bad answer';
