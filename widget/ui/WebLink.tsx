import type { ComponentChildren } from 'preact';
import { allowedUrl, hostToShow } from '../../browser/markdown-url.ts';

/** A link out of the page, which the one that it leads to learns nothing of. */
export function WebLink({ url, children }: { url: URL; children: ComponentChildren }) {
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow ugc" title={url.host} dir="auto">
      {children}
    </a>
  );
}

/** The address, if it is one of the web that may be followed. */
export function webUrl(address: string): URL | null {
  const url = allowedUrl(address);
  return url?.protocol.startsWith('http') ? url : null;
}

/** A web address in plain text; punctuation behind it ends the sentence. */
const address = /(https?:\/\/[^\s<>"]*[^\s<>".,:;!?'()])/;

/** Plain text with the web addresses in it as links, and the host beside one that looks like another. */
export function Linked({ words }: { words: string }) {
  return (
    <>
      {words.split(address).map((part, index) => {
        const url = index % 2 === 1 ? webUrl(part) : null;
        if (url === null) return part;
        const host = hostToShow(part, url);
        return (
          <>
            <WebLink url={url}>{part}</WebLink>
            {host !== null && ` (${host})`}
          </>
        );
      })}
    </>
  );
}
