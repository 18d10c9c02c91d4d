import { useLayoutEffect, useRef } from 'preact/hooks';
import { type MarkdownStream, markdownInto } from '../../browser/markdown.ts';

interface Shown {
  readonly stream: MarkdownStream;
  text: string;
  isEnded: boolean;
}

/**
 * A bot's text, drawn by the one renderer that lets nothing dangerous through. Text that grows is added to what
 * is there.
 * @param props.isGrowing whether more will come
 */
export function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef<Shown | null>(null);

  useLayoutEffect(() => {
    if (box.current === null) return;
    let now = shown.current;
    if (now === null || !text.startsWith(now.text) || (now.isEnded && now.text !== text)) {
      now = { stream: markdownInto(box.current), text: '', isEnded: false };
      shown.current = now;
    }
    now.stream.write(text.slice(now.text.length));
    now.text = text;
    if (!isGrowing && !now.isEnded) {
      now.stream.end();
      now.isEnded = true;
    }
  }, [text, isGrowing]);

  return <div class="markdown" ref={box} />;
}
