/** Addresses that must never be followed, and addresses that lead elsewhere than they seem to. */

export const zeroWidth = '\u200b';
export const tag = '\u{e0041}';

export const badAddresses = [
  ...[
    'javascript:pwn(1)',
    'JaVaScRiPt:pwn(1)',
    'JAVASCRIPT:pwn(1)',
    ' javascript:pwn(1)',
    '\tjavascript:pwn(1)',
  ],
  ...['java\tscript:pwn(1)', 'java\rscript:pwn(1)', 'java\0script:pwn(1)', '\x01javascript:pwn(1)'],
  ...[
    'javascript\t:pwn(1)',
    'javascript :pwn(1)',
    `java${zeroWidth}script:pwn(1)`,
    `${tag}javascript:pwn(1)`,
  ],
  ...['\u00adjavascript:pwn(1)', '\ufeffjavascript:pwn(1)', '\u202ejavascript:pwn(1)', 'javaſcript:pwn(1)'],
  ...[
    '&#106;avascript:pwn(1)',
    '&#x6A;avascript:pwn(1)',
    'javascript&colon;pwn(1)',
    'java&Tab;script:pwn(1)',
  ],
  ...['java&NewLine;script:pwn(1)', '%6Aavascript:pwn(1)', 'javascript%3Apwn(1)', 'javascript%0A:pwn(1)'],
  ...['\\javascript:pwn(1)', 'java\\script:pwn(1)', 'javascript\\:pwn(1)', '\\u006Aavascript:pwn(1)'],
  ...[
    'javascript://evil.example/%0Apwn(1)',
    'javascript:https://evil.example/pwn()',
    'javascript:/*x*/pwn(1)',
  ],
  ...['data:text/html,<script>pwn(1)</script>', 'data:text/html;base64,PHNjcmlwdD5wd24oMSk8L3NjcmlwdD4='],
  ...[
    'data:image/svg+xml,<svg onload=pwn(1)>',
    'DATA:text/html,<img src=x onerror=pwn(1)>',
    'vbscript:pwn(1)',
  ],
  ...['view-source:javascript:pwn(1)', 'blob:https://evil.example/1', 'filesystem:https://evil.example/a'],
  ...[
    'file:///etc/passwd',
    'about:blank',
    'ftp://evil.example/a',
    'ws://evil.example',
    'intent://evil.example',
  ],
  ...[
    'chrome://settings',
    'feed:javascript:pwn(1)',
    'jar:https://evil.example!/a',
    'x-unknown:pwn(1)',
    '#pwn',
    '?pwn',
  ],
  ...[
    '//evil.example/a.png',
    '\\\\evil.example\\a',
    '/\\evil.example',
    '/a',
    './a',
    '../../a',
    'evil.example',
    ':',
  ],
  ...[
    'tel:*%2306%23',
    'tel:*#06#',
    'tel:+49;ext=1',
    'TEL:%2A62*1#',
    'sms:+49',
    'mailto:',
    '',
    ' ',
    '<>',
    '< >',
  ],
  ...[
    'https:pwn(1)',
    'https:/evil.example',
    'http:\\\\evil.example',
    'https://',
    'https://?',
    'http://[::1',
    'h://x',
  ],
];

export const goodLookingAddresses = [
  ...[
    'https://bank.example@evil.example/',
    'https://user:pass@evil.example',
    'https://bank.example%40evil.example',
  ],
  ...['https://bank.example\\@evil.example', 'https://bank.example%2f@evil.example', 'https://@evil.example'],
  ...[
    'https://bаnk.example',
    'https://ｂａｎｋ.example',
    'https://xn--bnk-7cd.example',
    'https://bank。example',
  ],
  ...[
    'https://bank.example.evil.example',
    'https://bank.example%2eevil.example',
    'https://0x7f000001',
    'http://1',
  ],
  ...[
    'https://evil.example/\u202egpj.exe',
    'https://evil.example/%E2%80%AEgpj.exe',
    `https://evil${zeroWidth}.example`,
  ],
  ...[
    'https://evil.example/"onmouseover="pwn(1)',
    "https://evil.example/'onclick='pwn(1)",
    'https://evil.example/><b>',
  ],
  ...[
    'https://evil.example/`x`',
    'https://evil.example/%00',
    'https://evil.example:99999/',
    'https://مثال.example',
  ],
  ...['https://evil.example/?secret=1234#a', 'mailto:a@b.example?bcc=evil@evil.example', 'tel:+49301234'],
  ...[
    `https://evil.example/${'a'.repeat(3_000)}`,
    `https://${'a.'.repeat(200)}example`,
    `http://${'9'.repeat(99)}`,
  ],
];
