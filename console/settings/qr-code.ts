import { encode } from 'uqr';

/** A drawing of text for cameras: dark squares as one path, in units of a square. */
export interface QrDrawing {
  /** Squares along each side, with the quiet border that readers need. */
  readonly size: number;
  readonly path: string;
}

const border = 4;

/** Made here, in the page: a secret in it is sent to nobody. @param text 2,000 characters at most */
export function drawQrCode(text: string): QrDrawing {
  const { data, size } = encode(text, { ecc: 'M', border });
  const squares = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')));
  return { size, path: squares.join('') };
}
