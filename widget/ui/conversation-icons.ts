/** The shapes that come with the conversation, drawn like those of `icons.ts`. */
export const backIcon = 'M19 12H5m6.5-6.5L5 12l6.5 6.5';
export const thumbIcon =
  'M7.5 10.5v9.5H5a1.5 1.5 0 0 1-1.5-1.5V12A1.5 1.5 0 0 1 5 10.5zm0 0l4-7c1.7 0 2.7 1.2 2.4 2.9L13.3 9.5h5.2a2 2 0 0 1 2 2.4l-1.3 6.5a2 2 0 0 1-2 1.6H7.5';
export const linkIcon = 'M8 16L16.5 7.5M9 7h8v8';
export const newIcon = 'M12 5v14m6.5-6.5L12 19l-6.5-6.5';
