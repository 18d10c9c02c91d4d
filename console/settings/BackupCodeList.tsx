import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** Shown this once: each signs in once, when the phone is not at hand. */
export function BackupCodeList({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const copied = useSignal('');
  const heading = useRef<HTMLParagraphElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const text = `${codes.join('\n')}\n`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = 'Copied.';
    } catch {
      // Without leave, or without https.
      copied.value = 'The browser does not let us copy. Download them, or write them down.';
    }
  };
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'handrail-backup-codes.txt';
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div class="shown-once">
      <p ref={heading} tabIndex={-1}>
        <b>Your backup codes, shown this once.</b> Each signs you in once without the app. Keep them where
        your phone is not.
      </p>
      <ul class="backup-codes" aria-label="Backup codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="form-buttons">
        <button type="button" class="button small" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" class="button small" onClick={download}>
          Download
        </button>
        <button type="button" class="button small primary" onClick={onDone}>
          I have them
        </button>
        <span class="good small" role="status">
          {copied.value}
        </span>
      </div>
    </div>
  );
}
