import { bad, good } from '../text/en/thumbs.ts';
import type { SidecarText } from '../text/text.ts';
import { thumbIcon } from '../ui/conversation-icons.ts';
import { type Beside, button, element } from './beside.ts';
import type { JudgedAnswer } from './options.ts';

export type Thumb = 'up' | 'down';

/** Where thumbs stand, and for which answer. */
export interface ThumbsPlace {
  readonly beside: Beside;
  readonly target: JudgedAnswer;
}

/** The two thumbs before the chat is loaded: a press loads it, and the widget's own take their place. */
export function showThumbs(
  { box }: Beside,
  text: SidecarText,
  onPress: (thumb: Thumb, pressed: HTMLElement) => void,
): void {
  const thumbs = element('div', 'thumbs');
  for (const [thumb, name] of [
    ['up', text.good ?? good],
    ['down', text.bad ?? bad],
  ] as const) {
    const made = button('round', thumbIcon, () => onPress(thumb, made));
    made.ariaLabel = name;
    made.title = name;
    made.ariaPressed = 'false';
    if (thumb === 'down') made.querySelector('path')?.setAttribute('transform', 'rotate(180 12 12)');
    thumbs.append(made);
  }
  box.replaceChildren(thumbs);
}
