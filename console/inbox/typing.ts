/** Tells the customer that the agent is typing: seldom enough not to be noise, and never for long after. */
export interface Typing {
  typed(): void;
  stop(): void;
}

const repeatAfterMs = 2_000;
const overAfterMs = 4_000;

export function createTyping(tell: (isTyping: boolean) => void): Typing {
  let toldAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    clearTimeout(timer);
    if (toldAt !== null) tell(false);
    toldAt = null;
  };

  return {
    stop,
    typed() {
      clearTimeout(timer);
      timer = setTimeout(stop, overAfterMs);
      if (toldAt !== null && Date.now() - toldAt < repeatAfterMs) return;
      toldAt = Date.now();
      tell(true);
    },
  };
}
