/** Shapes of the icons, drawn with a 1.75 px line in a box of 24. Here those of the panel; the others stand where they are loaded. */
export const personIcon = 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-3.6 3.6-6 7.5-6s6.9 2.4 7.5 6';
export const closeIcon = 'M6 6l12 12M18 6L6 18';
export const sendIcon = 'M12 19V5m-6.5 6.5L12 5l6.5 6.5';
export const alertIcon = 'M12 8v5m0 3.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z';
