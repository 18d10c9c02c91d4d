import { expect, test } from 'vitest';
import { drawQrCode } from '../../console/settings/qr-code.ts';

const uri =
  'otpauth://totp/Handrail:ana%40acme.example?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Handrail';

/** The drawing as rows of squares, read from its path alone. */
function squaresOf({ size, path }: ReturnType<typeof drawQrCode>): boolean[][] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    const row = rows[Number(y)];
    if (row !== undefined) row[Number(x)] = true;
  }
  return rows;
}

const finder = ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######'];

test('the drawing is a QR code: quiet border, three finders, timing between them', () => {
  const drawing = drawQrCode(uri);
  const rows = squaresOf(drawing);
  const part = (x: number, y: number, width: number, height: number) =>
    rows.slice(y, y + height).map((row) =>
      row
        .slice(x, x + width)
        .map((dark) => (dark ? '#' : '.'))
        .join(''),
    );
  const inner = drawing.size - 8;
  expect((inner - 17) % 4, 'a size that the standard knows').toBe(0);
  for (const [x, y] of [
    [4, 4],
    [4 + inner - 7, 4],
    [4, 4 + inner - 7],
  ] as const) {
    expect(part(x, y, 7, 7)).toEqual(finder);
  }
  expect(rows.filter((_, y) => y < 4 || y >= 4 + inner).flat()).not.toContain(true);
  const timing = part(12, 10, inner - 16, 1)[0] ?? '';
  expect(timing).toMatch(/^#(\.#)+$/);
});

test('another secret is another drawing, the same one the same', () => {
  expect(drawQrCode(uri)).toEqual(drawQrCode(uri));
  expect(drawQrCode(uri.replace('ABC', 'CBA')).path).not.toBe(drawQrCode(uri).path);
});
