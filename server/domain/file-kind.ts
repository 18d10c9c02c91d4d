import type { FileKind } from '../../protocol/files.ts';

/** As many bytes as `fileKindOf` looks at. */
export const signatureLength = 16;

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * What a file is by its first bytes, which are all that is believed of it; null for what is not taken.
 * A file may be something else besides (a PDF that is HTML, too): what is served says so with `nosniff`.
 */
export function fileKindOf(start: Uint8Array): FileKind | null {
  const has = (at: number, bytes: readonly number[]) =>
    bytes.every((byte, index) => start[at + index] === byte);
  const says = (at: number, text: string) =>
    has(
      at,
      [...text].map((letter) => letter.charCodeAt(0)),
    );
  // The header chunk must come first.
  if (has(0, pngSignature) && says(12, 'IHDR')) return 'png';
  if (has(0, [0xff, 0xd8, 0xff]) && isJpegMarker(start[3])) return 'jpg';
  if (says(0, 'RIFF') && ['VP8 ', 'VP8L', 'VP8X'].some((chunk) => says(8, `WEBP${chunk}`))) return 'webp';
  if (['1.', '2.'].some((version) => says(0, `%PDF-${version}`))) return 'pdf';
  return null;
}

/** What may follow the start of an image: tables, a frame, application data or a comment. */
function isJpegMarker(marker = 0): boolean {
  const isTable = marker === 0xdb || marker === 0xc4 || marker === 0xdd;
  const isFrame = marker >= 0xc0 && marker <= 0xc2;
  return isTable || isFrame || (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
}

/** What the name of a file of this kind may end in. */
const endings: Readonly<Record<FileKind, readonly string[]>> = {
  png: ['png'],
  jpg: ['jpg', 'jpeg'],
  webp: ['webp'],
  pdf: ['pdf'],
};

const longestName = 120;

/**
 * A name that is safe to show and to save under: no folders, nothing invisible, nothing that turns the direction of
 * writing round (`gpj.exe` shown as `exe.jpg`), and an ending that opens it as what it is.
 */
export function fileNameOf(given: string, kind: FileKind): string {
  const visible = given
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .replace(/[\p{Z}\s]+/gu, ' ');
  // Windows takes these for something else, and a dot in front hides a file.
  const plain = (visible.split(/[\\/]/).at(-1) ?? '')
    .replace(/[<>:"|?*%]/g, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  const name = plain === '' ? 'file' : plain;
  const ending = /\.([^.]+)$/.exec(name)?.[1] ?? '';
  const isRight = endings[kind].includes(ending.toLowerCase());
  const tail = `.${isRight ? ending : kind}`;
  const stem = isRight ? name.slice(0, -tail.length) : name;
  return `${cut(stem, longestName - tail.length)}${tail}`;
}

/** By whole characters: half of one is none. */
function cut(text: string, most: number): string {
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > most) break;
    kept += character;
  }
  return kept.trimEnd();
}
