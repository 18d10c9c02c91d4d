/** Nobody can judge a longer address, and the parser holds one back until its closing bracket. */
export const longestUrl = 2_048;

/** Digits only: `*` and `#` in a phone number start functions of the phone (USSD codes). */
const phone = /^tel:\+?[\d().-]+$/;

/** Marks that turn the reading direction, percent-encoded: they make an address read as another one. */
const bidiMark = /%E2%80%(8[EF]|A[89A-E])|%E2%81%A[6-9]|%D8%9C/i;

/** Letters that are written from right to left: around them the parts of an address change places. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * The address of a markdown link in its canonical form, or null if it is not one to follow. Allowed are
 * absolute http, https, mailto and tel addresses without credentials (`https://bank.example@evil.example`).
 * @param target what stands between the parentheses: an address, perhaps in `<>`, perhaps with a title behind it
 */
export function allowedUrl(target: string): URL | null {
  const address = target.split(/[\s<>]+/).find(Boolean) ?? '';
  const url = address.length > longestUrl ? null : parse(address);
  if (url === null || url.username !== '' || url.password !== '' || bidiMark.test(url.href)) return null;
  return /^(https?|mailto):$/.test(url.protocol) || phone.test(url.href) ? url : null;
}

/**
 * The hostname to show beside a link whose text names another host ("bank.example" that leads to evil.example),
 * or null if the text claims no such thing. Hosts are compared in the form that the browser resolves, so that
 * look-alike letters are told apart.
 */
export function hostToShow(label: string, url: URL): string | null {
  if (!url.protocol.startsWith('http')) return null;
  const hosts = label
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('。', '.')
    // Behind a host stands a path: "example.com/terms.html" names one host and not two.
    .replace(/([^/:\s])[/?#]\S*/g, '$1')
    // Bounded, because an unbounded part of a name would make the search quadratic.
    .match(/[\p{L}\p{N}-]{1,63}(\.[\p{L}\p{N}-]{1,63})*\.\p{L}[\p{L}\p{N}-]{1,62}/gu);
  const own = withoutWww(url.hostname);
  const isHonest = !rightToLeft.test(label) && hosts?.every((host) => withoutWww(host) === own);
  return hosts === null || isHonest ? null : url.hostname;
}

/** The browser's own parser decides, so that nothing is allowed here that would be followed as something else. */
function parse(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    // Not an address, or a relative one, which would lead into whatever page the text is shown on.
    return null;
  }
}

const withoutWww = (host: string) => host.replace(/^www\./, '');
