export function Icon({ shape, turned }: { shape: string; turned?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={shape} transform={turned ? 'rotate(180 12 12)' : undefined} />
    </svg>
  );
}

/** A square for the machine, where people have a circle with their initial. */
export function AiMark() {
  return (
    <span class="ai" aria-hidden="true">
      AI
    </span>
  );
}
