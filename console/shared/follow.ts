/** While something is being made elsewhere, how it stands is asked this often. */
const askEveryMs = 1_000;

/** Looks again and again while something runs. A slow answer is waited for, and not asked for twice. @returns stops it */
export function followWhile(isRunning: () => boolean, load: () => Promise<void>): () => void {
  let asking: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (!isRunning() || asking !== null) return;
    asking = load().finally(() => {
      asking = null;
    });
  }, askEveryMs);
  return () => clearInterval(timer);
}
