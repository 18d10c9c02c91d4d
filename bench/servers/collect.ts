/** Loaded before a server (`--expose-gc --import`): on SIGUSR2 it collects its garbage, so that memory means use. */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
});
