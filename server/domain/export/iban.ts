/** How long an account number is in each country, with country and check digits (ISO 13616 registry). */
const lengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 ' +
    'LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 ' +
    'SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Two letters and two digits, as an account number begins. */
const start = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g;
const isLetterOrDigit = (char: string | undefined) => char !== undefined && /[A-Za-z0-9]/.test(char);

/** Where account numbers stand in a text: those of a known country, of its length, whose check digits are right. */
export function findIbans(text: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const { index } of text.matchAll(start)) {
    const last = found.at(-1);
    if (last !== undefined && index < last.to) continue;
    const length = lengths[text.slice(index, index + 2).toUpperCase()];
    if (length === undefined) continue;
    let compact = '';
    let at = index;
    while (compact.length < length) {
      const char = text[at];
      if (isLetterOrDigit(char)) compact += char;
      // Written in groups, with one space or dash between two of them.
      else if ((char !== ' ' && char !== '-') || !isLetterOrDigit(text[at + 1])) break;
      at += 1;
    }
    const isWhole = compact.length === length && !isLetterOrDigit(text[at]);
    if (isWhole && remainder(compact.toUpperCase()) === 1) found.push({ from: index, to: at });
  }
  return found;
}

/** Modulo 97 of the number that an account number stands for (ISO 7064): 1 if its check digits are right. */
function remainder(iban: string): number {
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
