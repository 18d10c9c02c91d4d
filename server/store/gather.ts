/** Largest number of keys in one read: an answer that takes long would hold up all who asked. */
const mostKeys = 500;

/**
 * Lets many single reads become few: while one is under way, the next gathers. A lone read goes at once. What a crowd
 * that comes back after a restart asks for costs a handful of statements and not thousands.
 * @param load reads these keys (each once); what it does not find is left out
 */
export function gather<K, V>(load: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {
  let waiting = new Map<K, PromiseWithResolvers<V | null>>();
  let isReading = false;

  const read = async () => {
    isReading = true;
    while (waiting.size > 0) {
      const taken = [...waiting].slice(0, mostKeys);
      waiting = new Map([...waiting].slice(mostKeys));
      try {
        const found = await load(taken.map(([key]) => key));
        for (const [key, { resolve }] of taken) resolve(found.get(key) ?? null);
      } catch (error) {
        for (const [, { reject }] of taken) reject(error);
      }
    }
    isReading = false;
  };

  return (key: K): Promise<V | null> => {
    const asked = waiting.get(key) ?? Promise.withResolvers<V | null>();
    waiting.set(key, asked);
    // `read` hands every failure to those who asked.
    if (!isReading) void read();
    return asked.promise;
  };
}
