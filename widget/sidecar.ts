/**
 * `import { attach } from 'handrail/sidecar'`: a page that has a chat already keeps it, and gets the button for a
 * person, feedback on answers and the conversation with the person beside it. The rest loads on first use.
 */
import { attachSidecar } from './sidecar/attach-sidecar.ts';
import type { Sidecar, SidecarOptions } from './sidecar/options.ts';

export type { HandoffStatus } from './options.ts';
export type { JudgedAnswer, PageLine, Sidecar, SidecarMessage, SidecarOptions } from './sidecar/options.ts';
export type { Text } from './text/text.ts';
export type { Theme } from './theme.ts';

/** @throws if `site` or `server` is missing */
export const attach = (options: SidecarOptions): Sidecar =>
  attachSidecar(options, () => import('./sidecar/chat.ts'));
