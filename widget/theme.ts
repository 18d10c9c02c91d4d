/** Colours of a site's own, as `#rgb` or `#rrggbb`. Anything else is ignored. */
export interface Theme {
  readonly accent?: string;
  readonly surface?: string;
  readonly text?: string;
  readonly line?: string;
  readonly person?: string;
  /** The same in the dark. Without it the dark colours stay ours, but for an accent made from `accent`. */
  readonly dark?: Omit<Theme, 'dark'>;
}

const tokens = ['accent', 'surface', 'text', 'line', 'person'] as const;
type Rgb = readonly [number, number, number];

/**
 * The custom properties of a theme. A colour that is too faint to be read is moved towards black or white until
 * it is not (4.5:1): a brand colour must not make the chat unreadable. Values are our own hex digits, never
 * the given string, so that no CSS can be slipped in.
 */
export function themeProperties({ dark = {}, ...light }: Theme): [name: string, value: string][] {
  return [
    ...propertiesOf(light, '', [255, 255, 255]),
    ...propertiesOf({ ...(light.accent && { accent: light.accent }), ...dark }, '-dark', [21, 23, 28]),
  ];
}

function propertiesOf(theme: Theme, suffix: string, usual: Rgb): [string, string][] {
  const surface = parse(theme.surface) ?? usual;
  return tokens.flatMap((token): [string, string][] => {
    const given = parse(theme[token]);
    if (given === null) return [];
    const isRead = token !== 'surface' && token !== 'line';
    const colour = isRead ? readable(given, surface) : given;
    const property: [string, string] = [`--hr-${token}${suffix}`, hex(colour)];
    if (token !== 'accent') return [property];
    const onAccent: Rgb = contrast(colour, [255, 255, 255]) >= 4.5 ? [255, 255, 255] : [16, 18, 22];
    return [property, [`--hr-on-accent${suffix}`, hex(onAccent)]];
  });
}

function parse(colour: string | undefined): Rgb | null {
  const digits = /^#(?:([\da-f]{3})|([\da-f]{6}))$/i.exec(colour ?? '');
  if (digits === null) return null;
  const six = digits[2] ?? (digits[1] ?? '').replace(/./g, '$&$&');
  const number = Number.parseInt(six, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

const hex = (colour: Rgb) => `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

function readable(colour: Rgb, surface: Rgb): Rgb {
  const end = luminance(surface) > 0.18 ? 0 : 255;
  let result = colour;
  for (let step = 1; step <= 20 && contrast(result, surface) < 4.5; step++) {
    const [red, green, blue] = colour.map((part) => Math.round(part + ((end - part) * step) / 20));
    result = [red ?? end, green ?? end, blue ?? end];
  }
  return result;
}

/** WCAG 2 contrast of two colours, 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
