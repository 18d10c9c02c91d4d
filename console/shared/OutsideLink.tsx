import { allowedUrl } from '../../browser/markdown-url.ts';

/** An address from outside, with its host in sight; plain text if it is not one to follow. */
export function OutsideLink({ url, title }: { url: string; title: string }) {
  const allowed = allowedUrl(url);
  const isWeb = allowed?.protocol === 'https:' || allowed?.protocol === 'http:';
  const label = title.trim() === '' ? url : title;
  if (allowed === null || !isWeb) return <>{label}</>;
  return (
    <>
      <a href={allowed.href} target="_blank" rel="noopener noreferrer nofollow ugc">
        {label}
      </a>{' '}
      <span class="soft host">{allowed.host}</span>
    </>
  );
}
