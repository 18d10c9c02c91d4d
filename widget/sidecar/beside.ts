import { launcherCss } from '../launcher-css.ts';
import type { SidecarOptions } from './options.ts';
import { sheetOf } from './sheet.ts';
import { besideCss } from './sidecar-css.ts';

/** Elements of ours in the page's own chat: plain DOM, there before anything else is loaded. */
export interface Beside {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly box: HTMLElement;
  /** Says that loading has failed, or takes it back with an empty text. */
  fail(words: string): void;
}

/** An element of ours, with the page's colours, to stand among the page's own. */
export function styledHost(
  { colorScheme = 'auto', position = 'right' }: SidecarOptions,
  theme: readonly (readonly [string, string])[],
): HTMLElement {
  const host = document.createElement('div');
  host.setAttribute('color-scheme', colorScheme);
  host.setAttribute('position', position);
  for (const [name, value] of theme) host.style.setProperty(name, value);
  return host;
}

export function createBeside(host: HTMLElement): Beside {
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheetOf(launcherCss), sheetOf(besideCss)];
  const box = element('div', 'beside');
  const failure = element('p', 'failure');
  failure.hidden = true;
  const alert = element('div', 'beside alert');
  alert.role = 'alert';
  alert.append(failure);
  root.append(box, alert);
  return {
    host,
    root,
    box,
    fail(words) {
      failure.hidden = words === '';
      failure.textContent = words;
    },
  };
}

export function element(name: string, className: string): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

export function button(className: string, shape: string, onPress: () => void): HTMLElement {
  const made = element('button', className);
  made.setAttribute('type', 'button');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.ariaHidden = 'true';
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', shape);
  svg.append(path);
  made.append(svg);
  made.addEventListener('click', onPress);
  return made;
}
