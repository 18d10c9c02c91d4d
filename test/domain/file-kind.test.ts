import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileKindOf, fileNameOf, signatureLength } from '../../server/domain/file-kind.ts';
import { sampleJpg, samplePdf, samplePng, sampleWebp } from '../support/sample-files.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('what a file is', () => {
  test('its first bytes say', () => {
    expect(fileKindOf(samplePng())).toBe('png');
    expect(fileKindOf(sampleJpg())).toBe('jpg');
    expect(fileKindOf(sampleWebp())).toBe('webp');
    expect(fileKindOf(samplePdf())).toBe('pdf');
  });

  test.each([
    ['nothing', ''],
    ['HTML', '<!doctype html><script>'],
    ['SVG', '<?xml version="1.0"?><svg xmlns='],
    ['a program', 'MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff'],
    ['a zip', 'PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0'],
    ['a GIF', 'GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0'],
    ['HTML with a PDF in it', '<html>%PDF-1.4 and more of it'],
    ['a PDF of no version', '%PDF-<script>alert(1)'],
    ['a cut PNG signature', '\x89PNG\r\n\x1a'],
    ['a PNG without its header', '\x89PNG\r\n\x1a\n\0\0\0\rIDAT'],
    ['a JPEG start and no marker', '\xff\xd8\xff\0\0\0\0\0\0\0\0\0'],
    ['sound in RIFF', 'RIFF\x24\0\0\0WAVEfmt \x10\0\0\0'],
    ['WEBP without a picture', 'RIFF\x24\0\0\0WEBPALPH'],
  ])('%s is not taken', (_what, text) => {
    expect(fileKindOf(bytes(text))).toBeNull();
  });

  test('what is behind the signature changes nothing', () => {
    const kinds = [samplePng(), sampleJpg(), sampleWebp(), samplePdf()];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.uint8Array(), (file, rest) => {
        const start = file.subarray(0, signatureLength);
        expect(fileKindOf(Buffer.concat([start, rest]))).toBe(fileKindOf(file));
      }),
    );
  });
});

describe('what a file is called', () => {
  test.each([
    ['receipt.pdf', 'pdf', 'receipt.pdf'],
    ['../../etc/passwd', 'pdf', 'passwd.pdf'],
    ['C:\\Users\\kim\\card.PNG', 'png', 'card.PNG'],
    ['photo.jpeg', 'jpg', 'photo.jpeg'],
    ['invoice.pdf.exe', 'pdf', 'invoice.pdf.exe.pdf'],
    ['page.html', 'pdf', 'page.html.pdf'],
    ['exe.\u202Egpj.png', 'png', 'exe.gpj.png'],
    ['a\0b\r\nc\u200B.png', 'png', 'abc.png'],
    ['  .hidden  ', 'webp', 'hidden.webp'],
    ['/', 'png', 'file.png'],
    ['кот и рыба.png', 'png', 'кот и рыба.png'],
    ['a"b;c<d>.pdf', 'pdf', 'a_b;c_d_.pdf'],
  ] as const)('%j', (given, kind, name) => {
    expect(fileNameOf(given, kind)).toBe(name);
  });

  test('is always short, whole, visible, without a folder, and ends as its kind does', () => {
    const kinds = fc.constantFrom('png', 'jpg', 'webp', 'pdf');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), kinds, (given, kind) => {
        const name = fileNameOf(given, kind);
        expect(name.length).toBeLessThanOrEqual(120);
        expect(name.isWellFormed()).toBe(true);
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\\/]/u);
        expect(name).toMatch(kind === 'jpg' ? /.\.jpe?g$/i : new RegExp(`.\\.${kind}$`, 'i'));
        expect(fileNameOf(name, kind)).toBe(name);
      }),
    );
  });
});
