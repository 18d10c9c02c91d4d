import { describe, expect, test } from 'vitest';
import { allowedUrl, hostToShow, longestUrl } from '../../browser/markdown-url.ts';

describe('the address of a link', () => {
  test.each([
    ['https://a.example', 'https://a.example/'],
    ['HTTPS://A.Example/B', 'https://a.example/B'],
    ['http://a.example:8080/?q=1#x', 'http://a.example:8080/?q=1#x'],
    ['<https://a.example/x>', 'https://a.example/x'],
    ['  https://a.example/x "a title"', 'https://a.example/x'],
    ['https://a.example/x onclick=pwn()', 'https://a.example/x'],
    ['https://مثال.example/', 'https://xn--mgbh0fb.example/'],
    ['https://a.example/ü', 'https://a.example/%C3%BC'],
    ['https://a.example/@name', 'https://a.example/@name'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
    ['tel:+49301234', 'tel:+49301234'],
    ['tel:(030)12.34-5', 'tel:(030)12.34-5'],
    [`https://a.example/${'a'.repeat(longestUrl - 18)}`, `https://a.example/${'a'.repeat(longestUrl - 18)}`],
  ])('%j is followed as %j', (target, href) => {
    expect(allowedUrl(target)?.href).toBe(href);
  });

  test.each([
    ...[
      '',
      ' ',
      '<>',
      '/help',
      './a',
      '#a',
      '?a',
      'a.example',
      '//a.example',
      '\\\\a.example',
      ':',
      'https://',
      'http://[',
    ],
    ...[
      'javascript:pwn()',
      'JavaScript:pwn()',
      'java\tscript:pwn()',
      'java\nscript:pwn()',
      '\u0001javascript:pwn()',
    ],
    ...[
      '<javascript:pwn()>',
      'javascript://a.example/%0apwn()',
      'data:text/html,x',
      'vbscript:x',
      'blob:https://a.example/1',
    ],
    ...[
      'file:///etc/passwd',
      'about:blank',
      'ftp://a.example',
      'ws://a.example',
      'view-source:https://a.example',
    ],
    ...['&#106;avascript:pwn()', 'javascript&colon;pwn()', '%6aavascript:pwn()', 'javaſcript:pwn()'],
    // Who reads "bank.example" is led to evil.example.
    ...[
      'https://bank.example@evil.example',
      'https://u:p@evil.example',
      'https://bank.example%2f@evil.example',
    ],
    // Read from right to left the name ends otherwise.
    ...[
      'https://a.example/\u202egpj.exe',
      'https://a.example/%e2%80%aegpj.exe',
      'https://a.example/?\u2067x',
    ],
    ...['mailto:a\u202e@b.example', 'https://a.example/\u061cx', 'https://a.example/\u200ex'],
    // Codes that a phone carries out without asking.
    ...['tel:*%2306%23', 'tel:*#06#', 'tel:**21*1#', 'tel:', 'tel:+49;ext=1', 'tel:abc', 'sms:+49301234'],
    `https://a.example/${'a'.repeat(longestUrl)}`,
  ])('%j is not followed', (target) => {
    expect(allowedUrl(target)).toBeNull();
  });
});

describe('the host shown beside a link', () => {
  const shown = (label: string, target: string) => hostToShow(label, new URL(target));

  test.each([
    ['our help', 'https://a.example/'],
    ['a.example', 'https://a.example/x'],
    ['A.Example', 'https://a.example/'],
    ['www.a.example', 'https://a.example/'],
    ['a.example', 'https://www.a.example/'],
    ['https://a.example/terms.html?b=c.example', 'https://a.example/terms.html?b=c.example'],
    ['Version 2.0 is out', 'https://a.example/'],
    ['$5.50 or 3.4 %', 'https://a.example/'],
    ['bank.example', 'mailto:a@evil.example'],
    ['bank.example', 'tel:+49301234'],
  ])('none for %j, which leads to %j', (label, target) => {
    expect(shown(label, target)).toBeNull();
  });

  test.each([
    ['bank.example', 'https://evil.example/', 'evil.example'],
    ['https://bank.example/login', 'https://evil.example/', 'evil.example'],
    ['visit bank.example now', 'https://evil.example/', 'evil.example'],
    ['BANK.EXAMPLE', 'https://evil.example/', 'evil.example'],
    ['ｂａｎｋ.example', 'https://evil.example/', 'evil.example'],
    ['bank。example', 'https://evil.example/', 'evil.example'],
    ['a.example or bank.example', 'https://a.example/', 'a.example'],
    ['bank.example', 'https://bank.example.evil.example/', 'bank.example.evil.example'],
    ['login.bank.example', 'https://bank.example/', 'bank.example'],
    // Cyrillic а: the browser resolves another name than the one that is read.
    ['bаnk.example', 'https://bаnk.example/', 'xn--bnk-6cd.example'],
    ['bank.example', 'https://bаnk.example/', 'xn--bnk-6cd.example'],
    ['مثال.example', 'https://evil.example/', 'evil.example'],
    ['\u05d0 a.example', 'https://a.example/', 'a.example'],
  ])('%j leads to %j: %j', (label, target, host) => {
    expect(shown(label, target)).toBe(host);
  });

  test('is found in any length of label without looking back', () => {
    expect(shown(`${'a.b-'.repeat(50_000)}bank.example`, 'https://evil.example/')).toBe('evil.example');
    expect(shown('a'.repeat(200_000), 'https://evil.example/')).toBeNull();
  });
});
