import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactDeep, type Tally } from '../../server/domain/export/redact.ts';

const clean = (text: string) => redact(text, {});

describe('personal data', () => {
  test.each([
    ['Write to ana.lópez+shop@mail.example.co.uk, please.', 'Write to [email], please.'],
    ['<kim@acme.example>', '<[email]>'],
    ['Call +49 171 2345678 after 5', 'Call [phone] after 5'],
    ['Call +49 (0)30 / 1234-5678.', 'Call [phone].'],
    ['0049 30 12345678', '[phone]'],
    ['My number: 030/12345678', 'My number: [phone]'],
    ['020 7946 0958 is mine', '[phone] is mine'],
    ['01712345678', '[phone]'],
    ['(415) 555-2671 or 415.555.2671', '[phone] or [phone]'],
    ['Telefon: 1234567', 'Telefon: [phone]'],
    ['order 12 0171 2345678', 'order 12 [phone]'],
    ['+49 171 2345678 2024-11-02', '[phone] 2024-11-02'],
    ['4111 1111 1111 1111 and 5500-0000-0000-0004', '[card] and [card]'],
    ['378282246310005', '[card]'],
    ['order 1234 4111 1111 1111 1111 12/27', 'order 1234 [card] 12/27'],
    ['IBAN DE89 3704 0044 0532 0130 00 bitte', 'IBAN [iban] bitte'],
    ['gb82west12345698765432', '[iban]'],
    ['key sk-proj-4f9aK2mQpLx81bZt90 leaked', 'key [key] leaked'],
    ['AKIAIOSFODNN7EXAMPLE', '[key]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP', '[key]'],
    ['my password is hunter2!', 'my password is [key]'],
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer [key]'],
    ['9f86d081884c7d659a2feaa0c55ad015', '[key]'],
    ['-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', '[key]'],
  ])('%s', (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test.each([
    'Order 4711-0815 of 2024-11-02, 10:30',
    'Order number 1234567890',
    'Order 100234567, customer 88341',
    'Order #0012345678',
    'AB-2024-000123456',
    'Invoice 2024 11 000123',
    'It costs 1.234.567,89 € or $1,234.50',
    'on 01.02.2024 10:30 until 02/03/2025',
    'from 2024 to 2025, 100 000 people',
    '4111 1111 1111 1112',
    'DE00370400440532013000',
    'version 1.2.3 at 192.168.0.1',
    'tracking 1Z999AA10123456784',
    'My password is wrong and my token is expired.',
    'https://shop.example/how-to-return-an-order-2024-edition',
    '0198c0de-0000-7000-8000-000000000001',
    '2023-11-14T22:13:20.001Z',
  ])('is not in: %s', (text) => {
    expect(clean(text)).toBe(text);
  });

  test('is rarely seen in random order numbers', () => {
    let wrong = 0;
    let seed = 7;
    const all = 20_000;
    for (let n = 0; n < all; n += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      const digits = String(1_000_000_000 + (seed % 9_000_000_000)).slice(0, 6 + (n % 7));
      if (clean(`My order ${digits} is late`).includes('[')) wrong += 1;
      if (clean(`Order ${digits.slice(0, 4)}-${digits.slice(4)}, please`).includes('[')) wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  test('is counted by kind', () => {
    const tally: Tally = {};
    redact('a@b.example, c@d.example, +49 171 2345678', tally);
    expect(tally).toEqual({ email: 2, phone: 1 });
  });
});

describe('whatever the text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[0-9 +()./-]{1,30}$/),
    fc.stringMatching(/^[A-Za-z0-9_=-]{1,60}$/),
    fc.constantFrom(
      'a@b.example',
      '@',
      '.',
      ' ',
      '+',
      '0',
      '00',
      '(',
      ')',
      '[',
      ']',
      '[phone]',
      '[key]',
      'Tel ',
      'password: ',
      'Bearer ',
      'DE89370400440532013000',
      '4111111111111111',
      'sk-',
      'eyJ',
      '-----BEGIN PRIVATE KEY-----',
      '0171 2345678',
      '-',
      '\n',
    ),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

  test('it never throws, and a second time changes nothing', () => {
    fc.assert(
      fc.property(text, (one) => {
        const redacted = clean(one);
        expect(clean(redacted)).toBe(redacted);
      }),
      { numRuns: 3_000 },
    );
  });

  test('what was found is gone', () => {
    const secrets = [
      'kim@acme.example',
      '4111 1111 1111 1111',
      'DE89 3704 0044 0532 0130 00',
      '+49 171 2345678',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...secrets), fc.lorem(), fc.lorem(), (secret, before, after) => {
        const redacted = clean(`${before} ${secret}, ${after}`);
        expect(redacted).not.toContain(secret);
        expect(redacted.startsWith(`${before} [`) && redacted.endsWith(`, ${after}`)).toBe(true);
      }),
    );
  });

  test('it takes time by its length alone', () => {
    const hostile = [
      'a',
      '@',
      'a@',
      'a.',
      '1',
      '0 ',
      '+',
      '(',
      '1 ',
      '1-',
      '(1',
      '+1 ',
      '0-',
      'a1',
      'A-',
      'DE89 ',
      'DE89',
      'eyJ.',
      'sk-',
      '-----BEGIN PRIVATE KEY-----',
      'password: ',
      'bearer ',
      'tel ',
      '[',
      '[phone]',
      '4111 ',
      '4',
      '_',
      ' ',
      '\n',
      'token=a"',
    ];
    const timeOf = (unit: string, length: number) => {
      const long = unit.repeat(Math.ceil(length / unit.length));
      const from = performance.now();
      clean(`${long}1`);
      return performance.now() - from;
    };
    for (const unit of hostile) timeOf(unit, 2_000);
    // A square would be 64 times as slow for 8 times the length; the floor keeps a busy machine out of it.
    for (const unit of hostile) {
      const short = Math.max(20, timeOf(unit, 25_000));
      expect(Math.min(timeOf(unit, 200_000), timeOf(unit, 200_000)), JSON.stringify(unit)).toBeLessThan(
        short * 30,
      );
    }
  });
});

test('everything in a row is redacted, however deep, and ids are left', () => {
  const id = '11111111-2222-4333-8444-555555555555';
  const tally: Tally = {};
  const row = {
    id,
    n: 1,
    at: null,
    lines: [{ author: 'customer', text: 'I am kim@acme.example' }],
    more: { deep: ['+49 171 2345678'] },
  };
  expect(redactDeep(row, tally)).toEqual({
    ...row,
    lines: [{ author: 'customer', text: 'I am [email]' }],
    more: { deep: ['[phone]'] },
  });
  expect(tally).toEqual({ email: 1, phone: 1 });
});
